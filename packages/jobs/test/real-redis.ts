import { once } from "node:events";
import type { Redis } from "ioredis";
import { connect } from "../src/redis/connection.js";
import { RedisServer } from "./redis-server.js";

const patient = { timeoutMs: 5000, keepAlive: true, healthCheckMs: 30_000 };

/** There once the tests run. */
export interface RealRedis {
  readonly server: RedisServer;
  readonly redis: Redis;
}

/** A redis-server for the tests of a file, and a connection to it; empty before each test, gone after the last. */
export function realRedis(): RealRedis {
  const real = {} as { server: RedisServer; redis: Redis };
  beforeAll(async () => {
    real.server = await RedisServer.start();
    real.redis = connect({ ...patient, url: real.server.url }, "command", "test");
    real.redis.on("error", () => {});
    await once(real.redis, "ready");
  });
  beforeEach(() => real.redis.flushall());
  afterAll(async () => {
    real.redis.disconnect();
    await real.server.remove();
  });
  return real;
}

/** A connection to a Redis that is not there. */
export function lostRedis(): Redis {
  const lost = connect({ ...patient, url: "redis://127.0.0.1:1" }, "command", "test");
  lost.on("error", () => {});
  return lost;
}
