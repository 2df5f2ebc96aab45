import { type IdempotencyStore, MemoryIdempotencyStore } from "../../src/store/idempotency-store.js";
import { RedisIdempotencyStore } from "../../src/store/redis/redis-idempotency-store.js";
import { type RealRedis, realRedis } from "../real-redis.js";
import { until } from "../until.js";

const entry = { jobId: "j1", digest: "d" };

const real = realRedis();
let redis: RealRedis["redis"];
beforeAll(() => {
  redis = real.redis;
});

describe.each([
  ["in Redis", (claimMs: number) => new RedisIdempotencyStore(redis, 3600, claimMs)],
  ["in memory", (claimMs: number) => new MemoryIdempotencyStore(3600, claimMs)],
] as [string, (claimMs: number) => IdempotencyStore][])("the keys of submissions, %s", (_where, open) => {
  it("are one request's, then its job's", async () => {
    const store = open(30_000);
    expect(await store.claim("k", "a")).toBeUndefined();
    expect((await store.claim("k", "b"))?.jobId).toBeUndefined();
    await store.complete("k", "a", entry);
    expect(await store.claim("k", "b")).toMatchObject(entry);
  });

  it("are a request's again where it asks twice, since an answer got lost", async () => {
    const store = open(30_000);
    expect(await store.claim("k", "a")).toBeUndefined();
    expect(await store.claim("k", "a")).toBeUndefined();
    expect(await store.claim("k", "b")).toEqual({ claimant: "a" });
  });

  it("tell the job once it is promised, outlive a late renewal, and are freed with their job", async () => {
    const store = open(30_000);
    await store.claim("k", "a");
    await store.promise("k", "a", entry);
    await store.renew("k", "a");
    expect(await store.claim("k", "b")).toEqual({ claimant: "a", ...entry });
    await store.complete("k", "a", entry);
    expect(await store.claim("k", "b")).toEqual(entry);
    await store.release("k", "a");
    expect(await store.claim("k", "b")).toEqual(entry);
    await store.release("k", undefined);
    expect(await store.claim("k", "b")).toBeUndefined();
  });

  it("are free again where the request failed, and where its process renews them no longer", async () => {
    const store = open(50);
    await store.claim("k", "a");
    await store.release("k", "a");
    expect(await store.claim("k", "b")).toBeUndefined();
    await until(async () => (await store.claim("k", "c")) === undefined);
  });

  it("are not taken from a request that took them meanwhile", async () => {
    const store = open(30_000);
    await store.claim("k", "a");
    for (const late of [
      () => store.renew("k", "late"),
      () => store.release("k", "late"),
      () => store.complete("k", "late", { jobId: "j2", digest: "x" }),
    ]) {
      await late();
      expect(await store.claim("k", "b")).toBeDefined();
    }
    await store.complete("k", "a", entry);
    expect(await store.claim("k", "b")).toMatchObject(entry);
  });
});

describe("the keys of submissions, in Redis", () => {
  it("live as long as they are renewed", async () => {
    const store = new RedisIdempotencyStore(redis, 3600, 30_000);
    await store.claim("k", "a");
    await redis.pexpire("shap:idempotency:k", 1000);
    await store.renew("k", "a");
    expect(await redis.pttl("shap:idempotency:k")).toBeGreaterThan(20_000);
  });

  it("are kept with their job though Redis is full by then", async () => {
    const store = new RedisIdempotencyStore(redis, 3600, 30_000);
    await store.claim("k", "a");
    await redis.config("SET", "maxmemory", "1");
    try {
      await store.complete("k", "a", entry);
      expect(await store.claim("k", "b")).toEqual(entry);
      expect(await store.claim("new", "b").catch((error: Error) => error.name)).toBe("StoreFullError");
    } finally {
      await redis.config("SET", "maxmemory", "0");
    }
    expect(await store.claim("k", "b")).toMatchObject(entry);
  });
});
