import { withHash } from "../../../jobs/src/store/redis/redis-client.js";
import { putBlob } from "../../../jobs/src/store/redis/scripts.js";
import { CommandProxy } from "../../../jobs/test/command-proxy.js";
import { until } from "../../../jobs/test/until.js";
import { post, postCsv, sampleRows } from "../service.js";
import { LIMIT_MS, RunningService, tableOf } from "./running-service.js";

const table = tableOf(1000);

let service: RunningService;
beforeAll(async () => {
  service = await RunningService.start({ SHAP_CHUNK_LOCK_SECONDS: "1", SHAP_MAX_BATCH_SIZE: "50" });
}, LIMIT_MS);
afterAll(() => RunningService.closeAll());
afterEach(async () => {
  await service.redis.ask("CONFIG", "SET", "maxmemory", "0");
  await service.stopWorkers();
});

/** Redis may take so many bytes more than it holds. */
async function leaveRoom(bytes: number): Promise<void> {
  const used = /used_memory:(\d+)/.exec((await service.redis.ask("INFO", "memory")) as string)![1];
  await service.redis.ask("CONFIG", "SET", "maxmemory", String(Number(used) + bytes));
}

describe("a Redis that is full", () => {
  it(
    "in the middle of an upload refuses it with 507 and keeps nothing of it; with room, the same upload is taken",
    async () => {
      const key = { "idempotency-key": '"full"' };
      await leaveRoom(300_000);
      const refused = await postCsv(`${service.url}/v1/jobs`, table, key);
      expect(refused.status).toBe(507);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await refused.json()).toMatchObject({ code: "store-full" });
      for (const pattern of ["shap:job*", "shap:idempotency:*", "bull:*:c-*"]) {
        expect(await service.redis.keys(pattern)).toEqual([]);
      }
      await service.redis.ask("CONFIG", "SET", "maxmemory", "0");
      const id = await service.submit(table, key);
      await service.startWorker();
      await service.expectWhole(id, table);
    },
    LIMIT_MS,
  );

  it(
    "in the middle of explaining keeps the job waiting, serves and deletes, and with room the job goes on by itself",
    async () => {
      const done = await service.submit(tableOf(50));
      const first = await service.startWorker();
      await service.expectWhole(done, tableOf(50));
      await first.stop();

      const proxy = await CommandProxy.to(service.redis.port);
      const id = await service.submit(table);
      const full = proxy.trap("before", new RegExp(`${withHash(putBlob).sha1}[^]*${id}:out`), async () => {
        await service.redis.ask("CONFIG", "SET", "maxmemory", "1");
        return true;
      });
      const worker = await service.startWorker({ REDIS_URL: proxy.url });
      await full;

      expect((await postCsv(`${service.url}/v1/jobs`, table)).status).toBe(507);
      expect(await service.health()).toMatchObject({
        status: 200,
        body: { status: "degraded", queue: { status: "full" }, workers: { live: 1 } },
      });
      const explain = await post(`${service.url}/v1/models/mortgage/explain`, { rows: sampleRows(1) });
      expect(explain.status).toBe(200);
      const another = await service.startWorker();
      const pids = async () => {
        const { workers } = (await (await fetch(`${service.url}/v1/workers`)).json()) as {
          workers: { pid: number }[];
        };
        return workers.map(({ pid }) => pid);
      };
      await until(async () => (await pids()).includes(another.pid));
      expect(await pids()).toContain(worker.pid);
      await service.expectWhole(done, tableOf(50));
      expect((await fetch(`${service.url}/v1/jobs/${done}`, { method: "DELETE" })).status).toBe(204);
      expect(await service.redis.keys(`*${done}*`)).toEqual([]);
      expect(await service.job(id)).toMatchObject({ state: "running" });

      await service.redis.ask("CONFIG", "SET", "maxmemory", "0");
      await service.expectWhole(id, table);
      expect(worker.runs && another.runs).toBe(true);
      proxy.close();
    },
    LIMIT_MS,
  );
});
