import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { MemoryWorkerRegistry } from "../../src/workers/memory-worker-registry.js";
import { Presence } from "../../src/workers/presence.js";
import { RedisWorkerRegistry } from "../../src/workers/redis-worker-registry.js";
import { register } from "../../src/workers/register.js";
import { newWorkerName } from "../../src/workers/worker-name.js";
import type { Registration, WorkerRecord, WorkerRegistry } from "../../src/workers/worker-registry.js";
import { type RealRedis, realRedis } from "../real-redis.js";
import { until } from "../until.js";

const identity = { service: "shap-worker-20261124000000", host: "srv-abc", pid: 1 };
const silent = pino({ level: "silent" });

const told = (name: string): WorkerRecord => ({
  ...identity,
  name,
  instance: null,
  commit: null,
  started: "2026-11-24T00:00:00.000Z",
  heartbeat: "2026-11-24T00:00:00.000Z",
  rssBytes: 1,
  rowsPerSecond: 0,
  job: null,
});
const record = (name: string, token: string = randomUUID()): Registration => ({ ...told(name), token });

const real = realRedis();
let redis: RealRedis["redis"];
beforeAll(() => {
  redis = real.redis;
});

describe.each([
  ["in Redis", () => new RedisWorkerRegistry(redis)],
  ["in memory", () => new MemoryWorkerRegistry()],
] as [string, () => WorkerRegistry][])("a worker registry %s", (_where, open) => {
  it("refuses a name that is taken", async () => {
    const registry = open();
    expect(await registry.register(record("a"))).toBe(true);
    expect(await registry.register(record("a"))).toBe(false);
    expect(await registry.register(record("b"))).toBe(true);
  });

  it("lists what was told last, until it is deregistered", async () => {
    const registry = open();
    await registry.register(record("a"));
    await registry.heartbeat({ ...record("a"), rssBytes: 7 });
    expect(await registry.list()).toEqual([{ ...told("a"), rssBytes: 7 }]);
    await registry.deregister("a");
    expect(await registry.list()).toEqual([]);
  });
});

describe("a worker registry in Redis", () => {
  it("takes a registration that is sent again, since its answer got lost, for what it is", async () => {
    const registry = new RedisWorkerRegistry(redis);
    expect(await registry.register(record("again", "token-1"))).toBe(true);
    expect(await registry.register(record("again", "token-1"))).toBe(true);
    expect(await registry.register(record("again", "token-2"))).toBe(false);
    expect((await registry.list()).length).toBe(1);
  });

  it("forgets a worker that went silent, and clears its name once, whoever sweeps", async () => {
    const registry = new RedisWorkerRegistry(redis, 1000);
    await registry.register(record("silent"));
    await until(async () => (await registry.list()).length === 0);
    const swept = await Promise.all([registry.sweep(), registry.sweep(), registry.sweep()]);
    expect(swept.flat()).toEqual(["silent"]);
    expect(await redis.keys("shap:worker*")).toEqual([]);
  });

  it("survives 200 restarts of the same host and process id without a collision", async () => {
    const registry = new RedisWorkerRegistry(redis);
    const names = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const { record: made, collisions } = await register(
        registry,
        newWorkerName(identity),
        () => newWorkerName(identity),
        (name) => record(name),
        silent,
      );
      expect(collisions).toBe(0);
      names.add(made.name);
    }
    expect(names.size).toBe(200);
    expect((await registry.list()).length).toBe(200);
  });
});

describe("a full Redis", () => {
  it("still registers workers, keeps them, sweeps and forgets them", async () => {
    const registry = new RedisWorkerRegistry(redis, 30_000);
    await redis.config("SET", "maxmemory", "1");
    try {
      expect(await registry.register(record("a"))).toBe(true);
      await registry.heartbeat({ ...record("a"), rssBytes: 7 });
      expect(await registry.list()).toEqual([{ ...told("a"), rssBytes: 7 }]);
      expect(await registry.sweep()).toEqual([]);
      await registry.deregister("a");
      expect(await registry.list()).toEqual([]);
    } finally {
      await redis.config("SET", "maxmemory", "0");
    }
  });
});

describe("registering", () => {
  it("tries another name where one is taken", async () => {
    const registry = new MemoryWorkerRegistry();
    await registry.register(record("a"));
    const names = ["a", "b"];
    const result = await register(
      registry,
      "a",
      () => names.shift()!,
      (name) => record(name),
      silent,
    );
    expect(result).toMatchObject({ record: { name: "b" }, collisions: 2 });
  });

  it("goes on after five taken names", async () => {
    const registry = new MemoryWorkerRegistry();
    await registry.register(record("a"));
    const result = await register(
      registry,
      "a",
      () => "a",
      (name) => record(name),
      silent,
    );
    expect(result).toMatchObject({ record: { name: "a" }, collisions: 5 });
  });

  it("makes names of service, host, process, time and a UUID", () => {
    expect(newWorkerName(identity, 1234)).toMatch(
      /^shap-worker-20261124000000-srv-abc-1-1234-[0-9a-f-]{36}$/,
    );
  });
});

describe("a worker's presence", () => {
  it("begins with a registration and ends without one", async () => {
    const registry = new RedisWorkerRegistry(redis);
    const tally = { rowsDone: 0, job: "j1" };
    const settings = { service: "w", instance: "i-1", commit: "abc", chunkLockMs: 30_000 };
    const presence = new Presence(registry, settings, tally, silent);
    await presence.begin();
    expect(await registry.list()).toEqual([
      expect.objectContaining({ service: "w", instance: "i-1", commit: "abc", pid: process.pid, job: "j1" }),
    ]);
    await presence.end();
    expect(await registry.list()).toEqual([]);
  });

  it("is one registration though the answer to the first try got lost", async () => {
    const registry = new RedisWorkerRegistry(redis);
    const told = registry.register.bind(registry);
    let tries = 0;
    registry.register = async (registration) => {
      const answer = await told(registration);
      if (tries++ === 0) throw new Error("the connection was cut");
      return answer;
    };
    const settings = { service: "w", instance: "i-1", commit: "abc", chunkLockMs: 300 };
    const presence = new Presence(registry, settings, { rowsDone: 0, job: null }, silent);
    await presence.begin();
    await until(() => tries === 2);
    expect(await registry.list()).toHaveLength(1);
    expect(presence.collisions).toBe(0);
    await presence.end();
    expect(await registry.list()).toEqual([]);
  });
});
