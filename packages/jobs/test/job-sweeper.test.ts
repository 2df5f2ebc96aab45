import { Redis } from "ioredis";
import { pino } from "pino";
import { type Backend, openBackend } from "../src/backend.js";
import type { NewJob } from "../src/job.js";
import { JobIntake } from "../src/job-intake.js";
import { sweepJobs } from "../src/job-sweeper.js";
import { readSettings } from "../src/settings/settings.js";
import { ROOM_PATIENCE_MS } from "../src/wait-for-store.js";
import { RedisServer } from "./redis-server.js";
import { newJob } from "./store/store-contract.js";
import { until } from "./until.js";

const log = pino({ level: "silent" });
const SILENCE_MS = 30_000;

let server: RedisServer;
let backends: Record<string, Backend>;
beforeAll(async () => {
  server = await RedisServer.start();
  backends = {
    "on Redis": openBackend(readSettings({ REDIS_URL: server.url }), log),
    embedded: openBackend(readSettings({}), log),
  };
  await backends["on Redis"]!.settled(10_000);
});
afterAll(async () => {
  for (const backend of Object.values(backends)) await backend.close(0);
  await server.remove();
});

const rows = (count: number) => ({ data: new Float64Array(2 * count), rows: count, columns: 2 });
async function take(backend: Backend, chunks: number, job: NewJob = newJob()): Promise<JobIntake> {
  const intake = await JobIntake.begin(job, backend);
  for (let i = 0; i < chunks; i++) await intake.add(rows(1), [["x"]]);
  return intake;
}
const sweep = (backend: Backend, laterMs: number) =>
  sweepJobs(backend, log, SILENCE_MS, Date.now() + laterMs);
const waiting = async (backend: Backend) => (await backend.queue.counts()).waiting;

describe.each(["on Redis", "embedded"])("the sweeper, %s", (where) => {
  let backend: Backend;
  beforeEach(() => {
    backend = backends[where]!;
  });

  it("queues the chunks of a quiet job that a crash lost, and no chunk that is done", async () => {
    const intake = await take(backend, 3);
    await intake.seal();
    const { id } = intake.job;
    await backend.queue.remove(id, 3);
    await backend.jobs.chunkDone(id, 1, 1);
    await sweep(backend, 2 * SILENCE_MS - 5000);
    expect(await waiting(backend)).toBe(0);
    await sweep(backend, 2 * SILENCE_MS + 1);
    expect(await waiting(backend)).toBe(2);
    await backend.jobs.cancel(id);
    await backend.queue.remove(id, 3);
  });

  it("leaves the jobs of a newer generation to it", async () => {
    const job = { ...newJob(), schema: 99 };
    await backend.jobs.create(job);
    await backend.jobs.seal(job.id, 2, 2);
    await sweep(backend, 2 * SILENCE_MS + 1);
    expect(await waiting(backend)).toBe(0);
    await backend.jobs.cancel(job.id);
  });

  it("fails a job whose upload was broken off, and frees its rows and its tasks", async () => {
    const { job } = await take(backend, 3);
    await sweep(backend, 2 * SILENCE_MS - 5000);
    expect(await backend.jobs.get(job.id)).toMatchObject({ state: "queued" });
    // The last chunk may still be on its way.
    await until(async () => (await waiting(backend)) === 3);
    await sweep(backend, 2 * SILENCE_MS + 1);
    expect(await backend.jobs.get(job.id)).toMatchObject({
      state: "failed",
      error: "the upload did not come to its end: send the table again",
    });
    await until(async () => (await backend.chunks.waiting(job.id)).length === 0);
    expect(await waiting(backend)).toBe(0);
  });

  it("leaves an upload alone that goes on, however slowly", async () => {
    const intake = await JobIntake.begin(newJob(), backend, 10);
    const { id } = intake.job;
    const { touchedAt } = (await backend.jobs.get(id))!;
    await until(async () => (await backend.jobs.get(id))!.touchedAt > touchedAt);
    await intake.abandon();
    expect(await backend.jobs.get(id)).toBeUndefined();
  });
});

describe("the sweeper, while Redis is full", () => {
  it("lets a job wait for room, then fails it with the reason, which makes room", async () => {
    const backend = backends["on Redis"]!;
    const intake = await take(backend, 2);
    await intake.seal();
    const { id } = intake.job;
    await backend.queue.remove(id, 2);
    const redis = new Redis(server.url);
    await redis.config("SET", "maxmemory", "1");
    try {
      await sweep(backend, ROOM_PATIENCE_MS - 5000);
      expect((await backend.jobs.get(id))?.state).toBe("queued");
      await sweep(backend, ROOM_PATIENCE_MS + 1);
      expect(await backend.jobs.get(id)).toMatchObject({
        state: "failed",
        error: expect.stringContaining("no room"),
      });
      expect(await redis.keys(`shap:job:${id}:*`)).toEqual([]);
    } finally {
      await redis.config("SET", "maxmemory", "0");
      redis.disconnect();
    }
  });
});
