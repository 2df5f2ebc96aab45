import { RedisServer } from "../../jobs/test/redis-server.js";
import { NodeProcess } from "./node-process.js";
import { exampleText, finished, postCsv, startService } from "./service.js";

/** The result of the sample through a service, as CSV. */
async function explainSample(url: string): Promise<Buffer> {
  const response = await postCsv(`${url}/v1/jobs?model=mortgage&id=region`, exampleText("sample.csv"));
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as { id: string };
  expect(await finished(url, id)).toMatchObject({ state: "completed", rowsDone: 1000, rowsTotal: 1000 });
  return Buffer.from(await (await fetch(`${url}/v1/jobs/${id}/result`)).arrayBuffer());
}

describe("a job through Redis with a worker in a second process", () => {
  it("gives the same bytes as the embedded queue", async () => {
    const redis = await RedisServer.start();
    const env = { REDIS_URL: redis.url, PORT: "0", SHAP_MAX_BATCH_SIZE: "128" };
    const web = NodeProcess.start("packages/web/dist/main.js", env);
    const worker = NodeProcess.start("packages/worker/dist/main.js", env);
    try {
      const [, url] = await web.says(/"url":"([^"]+)"/);
      const throughRedis = await explainSample(url!);
      const embedded = await startService();
      const inProcess = await explainSample(embedded.url);
      await embedded.close();
      expect(throughRedis.equals(inProcess)).toBe(true);
      expect(await worker.stop()).toBe(0);
      expect(await web.stop()).toBe(0);
    } finally {
      await worker.stop("SIGKILL");
      await web.stop("SIGKILL");
      await redis.remove();
    }
  });
});
