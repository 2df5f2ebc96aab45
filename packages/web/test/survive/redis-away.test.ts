import { setTimeout } from "node:timers/promises";
import { withHash } from "../../../jobs/src/store/redis/redis-client.js";
import { beginChunk } from "../../../jobs/src/store/redis/scripts.js";
import { CommandProxy } from "../../../jobs/test/command-proxy.js";
import { RedisServer } from "../../../jobs/test/redis-server.js";
import { until } from "../../../jobs/test/until.js";
import { exampleText, post, postCsv, sampleRows } from "../service.js";
import { endurance, healthy, LIMIT_MS, RunningService, tableOf } from "./running-service.js";

const ABSENCE_MS = endurance ? 20_000 : 2000;
// At most 64 chunks of 25 rows wait: the upload must end while the worker stands still.
const table = tableOf(endurance ? 1500 : 500);

/** The events of a job, as they arrive. */
function listen(url: string): { events: string[]; ended: Promise<void> } {
  const events: string[] = [];
  const read = async () => {
    const response = await fetch(url);
    let text = "";
    for await (const bytes of response.body!.pipeThrough(new TextDecoderStream())) {
      text += bytes;
      events.splice(0, events.length, ...[...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name!));
    }
  };
  return { events, ended: read() };
}

afterAll(() => RunningService.closeAll());

describe("while Redis is away", () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start();
  }, LIMIT_MS);
  afterEach(() => service.stopWorkers());

  it(
    "what needs no queue is answered, jobs get 503, nothing exits; once it is back, jobs and their events go on",
    async () => {
      const worker = await service.startWorker();
      worker.child.kill("SIGSTOP");
      const id = await service.submit(table);
      const { events, ended } = listen(`${service.url}/v1/jobs/${id}/events`);
      await until(() => events.length > 0);
      await service.redis.stop();
      worker.child.kill("SIGCONT");

      const explain = await post(`${service.url}/v1/models/mortgage/explain`, { rows: sampleRows(1) });
      expect(explain.status).toBe(200);
      expect((await fetch(`${service.url}/live`)).status).toBe(200);
      for (const refused of [
        await postCsv(`${service.url}/v1/jobs`, exampleText("sample.csv")),
        await fetch(`${service.url}/v1/jobs/${id}`),
        await fetch(`${service.url}/v1/jobs/${id}/result`),
        await fetch(`${service.url}/v1/jobs/${id}`, { method: "DELETE" }),
        await fetch(`${service.url}/v1/workers`),
      ]) {
        expect(refused.status).toBe(503);
        expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
        expect(await refused.json()).toMatchObject({ code: "queue-away" });
      }
      const away = await healthy(service, 503);
      expect(away).toMatchObject({ status: "degraded", queue: { kind: "redis", status: "away" } });
      await setTimeout(ABSENCE_MS);

      await service.redis.start();
      const back = await healthy(service);
      const reconnects = (health: Record<string, unknown>) =>
        (health.queue as { reconnects: number }).reconnects;
      expect(reconnects(back)).toBeGreaterThan(reconnects(away));
      await service.expectWhole(id, table);
      await ended;
      expect(events.at(-1)).toBe("completed");
      for (const process of [worker, service.web]) {
        expect(process.runs).toBe(true);
        expect(process.stdout.match(/"Redis is away"/g)).toHaveLength(1);
        expect(process.stdout.match(/"Redis is back"/g)).toHaveLength(1);
      }
    },
    LIMIT_MS,
  );

  it(
    "frozen, though its connections stay open, a job is not lost",
    async () => {
      const worker = await service.startWorker();
      worker.child.kill("SIGSTOP");
      const id = await service.submit(table);
      process.kill(service.redis.pid, "SIGSTOP");
      worker.child.kill("SIGCONT");
      await setTimeout(ABSENCE_MS);
      process.kill(service.redis.pid, "SIGCONT");
      await service.expectWhole(id, table);
      expect(worker.runs).toBe(true);
      expect(service.web.runs).toBe(true);
    },
    LIMIT_MS,
  );
});

describe("a Redis that freezes at the moment a worker tells that it begins a chunk", () => {
  it(
    "does not make its worker look dead, however often the command is sent again",
    async () => {
      const service = await RunningService.start({ REDIS_TIMEOUT: "1" });
      const proxy = await CommandProxy.to(service.redis.port);
      const id = await service.submit(tableOf(25));
      const begins = proxy.trap("before", new RegExp(withHash(beginChunk).sha1), () => {
        process.kill(service.redis.pid, "SIGSTOP");
        return true;
      });
      const worker = await service.startWorker({ REDIS_URL: proxy.url });
      await begins;
      // Longer than three times a command's time limit.
      await setTimeout(endurance ? ABSENCE_MS : 5000);
      process.kill(service.redis.pid, "SIGCONT");
      await service.expectWhole(id, tableOf(25));
      expect(worker.runs).toBe(true);
      proxy.close();
    },
    LIMIT_MS,
  );
});

describe("started before Redis", () => {
  it(
    "web and worker wait, and work once it is there",
    async () => {
      const redis = await RedisServer.start();
      await redis.stop();
      const service = await RunningService.start({}, redis);
      const worker = await service.startWorker();
      expect((await service.health()).status).toBe(503);
      expect((await postCsv(`${service.url}/v1/jobs`, exampleText("sample.csv"))).status).toBe(503);
      await redis.start();
      await healthy(service);
      await service.expectWhole(await service.submit(table), table);
      await worker.says(/"registered"/);
    },
    LIMIT_MS,
  );
});
