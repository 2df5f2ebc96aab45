import { StoreFullError } from "../../src/store/chunk-store.js";
import { StoreUnavailableError } from "../../src/store/job-store.js";
import { RedisChunkStore } from "../../src/store/redis/redis-chunk-store.js";
import { RedisJobStore } from "../../src/store/redis/redis-job-store.js";
import { lostRedis, type RealRedis, realRedis } from "../real-redis.js";
import { describeStores, newJob } from "./store-contract.js";

const real = realRedis();
let redis: RealRedis["redis"];
beforeAll(() => {
  redis = real.redis;
});

const stores = () => ({ jobs: new RedisJobStore(redis, 3600), chunks: new RedisChunkStore(redis, 3600) });

describeStores("Redis", stores);

describe("the stores on Redis", () => {
  it("give every key a time to live", async () => {
    const { jobs, chunks } = stores();
    const job = newJob();
    await jobs.create(job);
    await chunks.put(job.id, "in", 0, Uint8Array.of(1));
    await chunks.put(job.id, "out", 0, Uint8Array.of(1));
    await jobs.chunkDone(job.id, 0, 1);
    const keys = await redis.keys(`*${job.id}*`);
    expect(keys.length).toBeGreaterThanOrEqual(3);
    for (const key of keys) expect(await redis.ttl(key)).toBeGreaterThan(0);
  });

  it("keep no blob of a job that is gone", async () => {
    const { jobs, chunks } = stores();
    const job = newJob();
    await jobs.create(job);
    await jobs.remove(job.id);
    await chunks.put(job.id, "out", 0, Uint8Array.of(1));
    expect(await redis.keys(`*${job.id}*`)).toEqual([]);
  });

  it("free the results of a job that failed", async () => {
    const { jobs, chunks } = stores();
    const job = newJob();
    await jobs.create(job);
    await chunks.put(job.id, "out", 0, Uint8Array.of(1));
    await jobs.fail(job.id, "no");
    expect(await chunks.get(job.id, "out", 0)).toBeUndefined();
  });

  it("say that a full Redis is full, and still count and end jobs", async () => {
    const { jobs, chunks } = stores();
    const job = newJob();
    await jobs.create(job);
    await redis.config("SET", "maxmemory", "1");
    try {
      await expect(chunks.put(job.id, "in", 0, new Uint8Array(100))).rejects.toThrow(StoreFullError);
      expect(await jobs.chunkDone(job.id, 0, 1)).toBe(true);
      expect(await jobs.fail(job.id, "full")).toBe(true);
    } finally {
      await redis.config("SET", "maxmemory", "0");
    }
  });

  it("say at once that Redis is away", async () => {
    const lost = lostRedis();
    await expect(new RedisJobStore(lost, 1).get("j1")).rejects.toThrow(StoreUnavailableError);
    lost.disconnect();
  });
});
