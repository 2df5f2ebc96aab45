import { Redis } from "ioredis";
import { RedisServer } from "../../jobs/test/redis-server.js";
import { exampleText, postCsv, startService } from "./service.js";

describe("a full Redis", () => {
  it("refuses an upload in the middle with 507, leaves nothing of it, and serves again when there is room", async () => {
    const server = await RedisServer.start();
    const redis = new Redis(server.url);
    const service = await startService({ REDIS_URL: server.url, SHAP_MAX_BATCH_SIZE: "50" });
    try {
      const used = Number(/used_memory:(\d+)/.exec(await redis.info("memory"))![1]);
      await redis.config("SET", "maxmemory", String(used + 400_000));
      const [header, ...lines] = exampleText("sample.csv").trimEnd().split("\n");
      const table = [header, ...lines, ...lines, ...lines].join("\n");
      const refused = await postCsv(`${service.url}/v1/jobs`, table);
      expect(refused.status).toBe(507);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await redis.keys("shap:job:*")).toEqual([]);
      expect(await redis.smembers("shap:jobs:open")).toEqual([]);
      await redis.config("SET", "maxmemory", "0");
      expect((await postCsv(`${service.url}/v1/jobs`, [header, ...lines].join("\n"))).status).toBe(202);
    } finally {
      await service.close();
      redis.disconnect();
      await server.remove();
    }
  });
});
