import { HalfOpenProxy } from "../../../jobs/test/half-open-proxy.js";
import { RedisServer } from "../../../jobs/test/redis-server.js";
import { until } from "../../../jobs/test/until.js";
import { LIMIT_MS, RunningService, tableOf } from "./running-service.js";

const table = tableOf(500);
/** 15 s, and what a busy machine may add. */
const NOTICED_WITHIN_MS = 16_500;

afterAll(() => RunningService.closeAll());

describe("connections to Redis that go dead and stay open", () => {
  it(
    "are noticed within 15 s by web and worker, busy or idle, and the job is explained through new ones",
    async () => {
      const redis = await RedisServer.start();
      const [forWeb, forWorker] = await Promise.all([
        HalfOpenProxy.to(redis.port),
        HalfOpenProxy.to(redis.port),
      ]);
      const service = await RunningService.start({}, redis, { REDIS_URL: forWeb.url });
      const worker = await service.startWorker({ REDIS_URL: forWorker.url });
      worker.child.kill("SIGSTOP");
      const id = await service.submit(table);
      const [web, workers] = [forWeb.accepted, forWorker.accepted];
      forWeb.blackhole();
      forWorker.blackhole();
      worker.child.kill("SIGCONT");
      await until(() => forWeb.noticedAfterMs.length === web && forWorker.noticedAfterMs.length === workers);
      for (const ms of [...forWeb.noticedAfterMs, ...forWorker.noticedAfterMs]) {
        expect(ms).toBeLessThan(NOTICED_WITHIN_MS);
      }
      await service.expectWhole(id, table);
      expect(worker.runs).toBe(true);
      forWeb.close();
      forWorker.close();
    },
    LIMIT_MS,
  );
});
