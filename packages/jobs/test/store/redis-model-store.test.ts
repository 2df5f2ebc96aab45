import { once } from "node:events";
import type { Redis } from "ioredis";
import { type ConnectionUse, connect } from "../../src/redis/connection.js";
import { StoreFullError } from "../../src/store/chunk-store.js";
import { StoreUnavailableError } from "../../src/store/job-store.js";
import { RedisModelStore } from "../../src/store/redis/redis-model-store.js";
import { RedisServer } from "../redis-server.js";
import { until } from "../until.js";
import { bytesOf, describeModelStore, recordOf } from "./model-store-contract.js";

const DAY = 86_400;

let server: RedisServer;
let redis: Redis;
let subscriber: Redis;
let shared: RedisModelStore;

async function open(use: ConnectionUse): Promise<Redis> {
  const settings = { url: server.url, timeoutMs: 5000, keepAlive: true, healthCheckMs: 30_000 };
  const connection = connect(settings, use, "test");
  connection.on("error", () => {});
  await once(connection, "ready");
  return connection;
}

beforeAll(async () => {
  server = await RedisServer.start("--appendonly", "yes");
  redis = await open("command");
  subscriber = await open("subscriber");
  shared = new RedisModelStore(redis, DAY, subscriber);
});
afterAll(async () => {
  redis.disconnect();
  subscriber.disconnect();
  await server.remove();
});

describeModelStore("Redis", () => shared);

const fileKeys = (name: string) => redis.keys(`shap:model:${name}:*`);

describe("models in Redis", () => {
  it("stay for ever while they are current, and as long as jobs once they are not", async () => {
    const [file, other, rows] = [bytesOf("x"), bytesOf("y"), bytesOf("z", 10)];
    const before = recordOf("lasting", file, rows);
    const after = recordOf("lasting", other, rows);
    await shared.put(before, undefined, [file, rows]);
    for (const key of await fileKeys("lasting")) expect(await redis.ttl(key)).toBe(-1);
    await shared.put(after, before, [other]);
    const ttl = (hash: string) => redis.ttl(`shap:model:lasting:${hash}`);
    expect(await ttl(before.version)).toBeGreaterThan(DAY);
    expect(await ttl(after.version)).toBe(-1);
    expect(await ttl(rows.length === 10 ? after.backgroundVersion! : "")).toBe(-1);
    await shared.remove(after);
    for (const key of await fileKeys("lasting")) expect(await redis.ttl(key)).toBeGreaterThan(DAY);
  });

  it("are refused by a full Redis as a whole, and can still be removed there", async () => {
    const file = bytesOf("held");
    const held = recordOf("held", file);
    await shared.put(held, undefined, [file]);
    const used = Number(/used_memory:(\d+)/.exec(await redis.info("memory"))![1]);
    // Room for a piece or two, not for all.
    await redis.config("SET", "maxmemory", String(used + 2_500_000));
    try {
      const large = bytesOf("large", 20_000_000);
      await expect(shared.put(recordOf("large", large), undefined, [large])).rejects.toThrow(StoreFullError);
      expect(await shared.get("large")).toBeUndefined();
      expect(await fileKeys("large")).toEqual([]);
      expect(await redis.keys("shap:model:.arriving:*")).toEqual([]);
      await redis.config("SET", "maxmemory", "1");
      await shared.remove(held);
      expect(await shared.get("held")).toBeUndefined();
    } finally {
      await redis.config("SET", "maxmemory", "0");
    }
  });

  it("that are on their way in go by themselves where the process dies", async () => {
    await server.stop();
    await server.start();
    await until(() => redis.status === "ready");
    const file = bytesOf("never", 40_000_000);
    const putting = shared.put(recordOf("never", file), undefined, [file]).catch((error: Error) => error);
    const [arriving] = await until(async () => {
      const keys = await redis.keys("shap:model:.arriving:*");
      return keys.length > 0 ? keys : undefined;
    });
    expect(await redis.ttl(arriving!)).toBeGreaterThan(0);
    await putting;
    expect(await shared.get("never")).toBeDefined();
  });

  it("are all told of anew when the connection is back", async () => {
    let told = 0;
    const stop = shared.watch(() => told++);
    subscriber.disconnect(true);
    await until(() => told > 0);
    stop();
  });

  it("say at once that Redis is away", async () => {
    const settings = { url: "redis://127.0.0.1:1", timeoutMs: 5000, keepAlive: true, healthCheckMs: 30_000 };
    const lost = connect(settings, "command", "test");
    lost.on("error", () => {});
    const store = new RedisModelStore(lost, DAY);
    const file = bytesOf("lost");
    await expect(store.list()).rejects.toThrow(StoreUnavailableError);
    await expect(store.put(recordOf("lost", file), undefined, [file])).rejects.toThrow(StoreUnavailableError);
    lost.disconnect();
  });
});
