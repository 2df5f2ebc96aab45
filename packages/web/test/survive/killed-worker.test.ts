import { setTimeout } from "node:timers/promises";
import { runsKey } from "../../../jobs/src/store/redis/keys.js";
import { withHash } from "../../../jobs/src/store/redis/redis-client.js";
import { beginChunk, finishChunk, putBlob } from "../../../jobs/src/store/redis/scripts.js";
import { CommandProxy, type Moment } from "../../../jobs/test/command-proxy.js";
import { until } from "../../../jobs/test/until.js";
import { finished } from "../service.js";
import { endurance, LIMIT_MS, RunningService, tableOf } from "./running-service.js";

const RANDOM_KILLS = endurance ? 20 : 3;
/** Bull by itself fails a chunk the second time it comes back from a silent worker. */
const KILLS_OF_ONE_CHUNK = endurance ? 8 : 3;

let service: RunningService;
beforeAll(async () => {
  service = await RunningService.start({ SHAP_CHUNK_LOCK_SECONDS: "1" });
  // Redis knows every script from now on, so that a step is one command.
  await service.startWorker();
  await service.expectWhole(await service.submit(tableOf(30)), tableOf(30));
  await service.stopWorkers();
}, LIMIT_MS);
afterAll(() => RunningService.closeAll());
afterEach(() => service.stopWorkers());

/** Starts a worker and kills it, as the kernel would, at this moment of its talk with Redis. */
async function killAt(moment: Moment, pattern: RegExp): Promise<void> {
  const proxy = await CommandProxy.to(service.redis.port);
  const sprung = proxy.trap(moment, pattern, async () => {
    // It may be at its first chunk before it has said that it waits for one.
    (await starting).child.kill("SIGKILL");
    return false;
  });
  const starting = service.startWorker({ REDIS_URL: proxy.url });
  await sprung;
  await (await starting).exited();
  proxy.close();
}

const script = (text: string) => withHash(text).sha1;

/** What the worker has done for the chunk, and how that is seen on its way to Redis. */
const steps: [done: string, moment: Moment, pattern: (id: string) => string][] = [
  ["taken it off the queue", "says", (id) => `c-${id}-`],
  ["begun it", "after", (id) => `${script(beginChunk)}[^]*job:${id}`],
  ["read its rows", "after", (id) => `hget\\r\\n\\$\\d+\\r\\nshap:job:${id}:in`],
  ["explained it and stored nothing", "before", (id) => `${script(putBlob)}[^]*job:${id}:out`],
  ["stored its result and not counted it", "after", (id) => `${script(putBlob)}[^]*job:${id}:out`],
  ["counted it and not told the queue", "after", (id) => `${script(finishChunk)}[^]*job:${id}`],
  ["told the queue", "after", (id) => `:completed\\r\\n[^]*c-${id}-`],
];

describe("a job whose worker is killed", () => {
  it(
    "at any step of a chunk has the whole result, byte for byte",
    async () => {
      const table = tableOf(60);
      const ids: string[] = [];
      for (const [, moment, pattern] of steps) {
        const id = await service.submit(table);
        ids.push(id);
        await killAt(moment, new RegExp(pattern(id), "i"));
      }
      await service.startWorker();
      for (const id of ids) await service.expectWhole(id, table);
      expect(await leftovers(ids)).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    "again and again at random has the whole result, byte for byte",
    async () => {
      const table = tableOf(endurance ? 20_000 : 1000);
      let worker = await service.startWorker();
      const submitted = service.submit(table);
      const [id] = await until(async () => {
        const open = (await service.redis.ask("SMEMBERS", "shap:jobs:open")) as string[];
        return open.length > 0 ? open : undefined;
      });
      for (let kill = 0; kill < RANDOM_KILLS; kill++) {
        // Each worker gets one chunk done, and the one that two died of: three deaths are what a poisonous chunk looks like.
        const before = (await service.job(id!)).rowsDone as number;
        await until(async () => {
          const { state, rowsDone } = await service.job(id!);
          const runs = (await service.redis.ask("HVALS", runsKey(id!))) as string[];
          const isSafe = runs.every((names) => names.trim().split(" ").length < 2);
          return (isSafe && (rowsDone as number) > before) || state === "completed";
        });
        await setTimeout(Math.random() * 100);
        await worker.stop("SIGKILL");
        worker = await service.startWorker();
      }
      expect(await submitted).toBe(id);
      await service.expectWhole(id!, table);
    },
    LIMIT_MS,
  );

  it(
    "more often than Bull allows, each time it has taken the same chunk, loses nothing",
    async () => {
      const table = tableOf(20);
      const id = await service.submit(table);
      for (let kill = 0; kill < KILLS_OF_ONE_CHUNK; kill++) await killAt("says", new RegExp(`c-${id}-0`));
      await service.startWorker();
      await service.expectWhole(id, table);
    },
    LIMIT_MS,
  );

  it(
    "by one chunk three times fails with the reason, and the next job is explained",
    async () => {
      const id = await service.submit(tableOf(60));
      const beginsChunk1 = new RegExp(`${script(beginChunk)}[^]*job:${id}[^]*\\r\\n\\$1\\r\\n1\\r\\n`);
      for (let death = 0; death < 3; death++) await killAt("after", beginsChunk1);
      await service.startWorker();
      expect(await finished(service.url, id)).toMatchObject({
        state: "failed",
        error: "chunk 1: 3 workers went silent while they explained it",
      });
      await service.expectWhole(await service.submit(tableOf(20)), tableOf(20));
    },
    LIMIT_MS,
  );
});

/** Keys of these jobs other than their records and results, once the queue has come to rest. */
async function leftovers(ids: readonly string[]): Promise<string[]> {
  await until(async () => {
    const { queue } = (await service.health()).body as { queue: { counts: object } };
    return Object.values(queue.counts).every((count) => count === 0);
  });
  const all = await Promise.all(ids.map((id) => service.redis.keys(`*${id}*`)));
  return all.flat().filter((key) => !/^shap:job:\w+(:out)?$/.test(key));
}
