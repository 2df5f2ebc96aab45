import { newJobId } from "../../src/job-intake.js";
import type { JobStore } from "../../src/store/job-store.js";
import { MemoryJobStore } from "../../src/store/memory/memory-job-store.js";
import { RedisJobStore } from "../../src/store/redis/redis-job-store.js";
import { MemoryTotals } from "../../src/totals/memory-totals.js";
import { RedisTotals } from "../../src/totals/redis-totals.js";
import { noTotals, type Totals } from "../../src/totals/totals.js";
import { type RealRedis, realRedis } from "../real-redis.js";
import { newJob } from "../store/store-contract.js";

const real = realRedis();
let redis: RealRedis["redis"];
beforeAll(() => {
  redis = real.redis;
});

function inRedis() {
  return { totals: new RedisTotals(redis), jobs: new RedisJobStore(redis, 3600) };
}
function inMemory() {
  const totals = new MemoryTotals();
  return { totals, jobs: new MemoryJobStore(3600, () => {}, Date.now, totals) };
}

describe.each([
  ["in Redis", inRedis],
  ["in memory", inMemory],
] as [string, () => { totals: Totals; jobs: JobStore }][])("totals %s", (_where, open) => {
  it("are 0 before anything was counted", async () => {
    expect(await open().totals.read()).toEqual(noTotals());
  });

  it("are the sum over all reporters, fractions too", async () => {
    const { totals } = open();
    await totals.report("a", { chunksExplained: 3, chunkSeconds: 0.125 });
    await totals.report("b", { chunksExplained: 4, chunkSeconds: 1e-7 });
    await totals.report("a", { chunksExplained: 5, chunkSeconds: 0.25, chunksStalled: 1 });
    const read = await totals.read();
    expect(read).toMatchObject({ chunksExplained: 9, chunksStalled: 1 });
    expect(read.chunkSeconds).toBeCloseTo(0.2500001, 12);
  });

  it("count a report once, however often and late it arrives", async () => {
    const { totals } = open();
    await totals.report("a", { rowsExplained: 500 });
    await totals.report("a", { rowsExplained: 1500 });
    await totals.report("a", { rowsExplained: 1500 });
    await totals.report("a", { rowsExplained: 500 });
    expect((await totals.read()).rowsExplained).toBe(1500);
  });

  it("count each job as it is sealed and as it ends, once", async () => {
    const { totals, jobs } = open();
    const end = async (how: (id: string) => Promise<unknown>) => {
      const job = { ...newJob(), id: newJobId() };
      await jobs.create(job);
      await jobs.seal(job.id, 10, 1);
      await jobs.seal(job.id, 10, 1);
      await how(job.id);
      await how(job.id);
    };
    await end((id) => jobs.chunkDone(id, 0, 10));
    await end((id) => jobs.chunkDone(id, 0, 10));
    await end((id) => jobs.fail(id, "no"));
    await end((id) => jobs.cancel(id));
    expect(await totals.read()).toMatchObject({
      jobsSubmitted: 4,
      jobRowsSubmitted: 40,
      jobsCompleted: 2,
      jobsFailed: 1,
      jobsCancelled: 1,
    });
  });
});

describe("totals in Redis", () => {
  it("are counted by a full Redis too", async () => {
    const totals = new RedisTotals(redis);
    await redis.config("SET", "maxmemory", "1");
    try {
      await totals.report("a", { chunksFailed: 1 });
    } finally {
      await redis.config("SET", "maxmemory", "0");
    }
    expect((await totals.read()).chunksFailed).toBe(1);
  });

  it("keep nothing of a reporter for longer than a day", async () => {
    await new RedisTotals(redis).report("a", { chunksFailed: 1 });
    expect(await redis.ttl("shap:totals:of:a")).toBeGreaterThan(0);
    expect(await redis.ttl("shap:totals")).toBe(-1);
  });
});
