import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { pino } from "pino";
import { connect, connectionOptions, reconnectDelay } from "../../src/redis/connection.js";
import { ConnectionWatch } from "../../src/redis/connection-watch.js";
import { HalfOpenProxy } from "../half-open-proxy.js";
import { RedisServer } from "../redis-server.js";
import { until } from "../until.js";

const settings = { url: "redis://127.0.0.1:1", timeoutMs: 5000, keepAlive: true, healthCheckMs: 500 };

describe("a connection to Redis", () => {
  it("waits longer after each failed attempt, at most 5.2 s, never in step with others", () => {
    const delays = [1, 2, 3, 8, 100].map((attempt) => reconnectDelay(attempt, () => 0));
    expect(delays).toEqual([50, 100, 200, 5000, 5000]);
    expect(reconnectDelay(100, () => 0.999)).toBe(5199);
  });

  it("connects anew where a failover left it with a replica, and asks again, once", () => {
    const { reconnectOnError } = connectionOptions(settings, "command", "x");
    const readOnly = new Error("READONLY You can't write against a read only replica.");
    expect(reconnectOnError?.(readOnly)).toBe(2);
    expect(reconnectOnError?.(readOnly)).toBe(1);
    expect(reconnectOnError?.(new Error("WRONGTYPE"))).toBe(false);
  });

  it.each(["subscriber", "blocking"] as const)("has the options Bull asks of a %s", (use) => {
    expect(connectionOptions(settings, use, "x")).toMatchObject({
      maxRetriesPerRequest: null,
      enableReadyCheck: false,
    });
  });

  it("leaves its new socket alone where a command was under way on the old one", async () => {
    const server = await RedisServer.start();
    const redis = connect({ ...settings, url: server.url }, "blocking", "test", 1000);
    redis.on("error", () => {});
    let closed = 0;
    redis.on("close", () => closed++);
    await once(redis, "ready");
    const answer = redis.brpoplpush("a", "b", 0.5);
    const start = performance.now();
    await server.stop();
    await server.start();
    await until(() => redis.status === "ready");
    const before = closed;
    await answer.catch(() => {});
    await setTimeout(Math.max(0, 1500 - (performance.now() - start)));
    const dropped = closed - before;
    redis.disconnect();
    await server.remove();
    expect(dropped).toBe(0);
  }, 60_000);

  it.each([
    [true, "02"],
    [false, "00"],
  ])("has the kernel look after its socket, or not: %s", async (keepAlive, timer) => {
    const server = await RedisServer.start();
    const redis = connect({ ...settings, url: server.url, keepAlive }, "subscriber", "test");
    await once(redis, "ready");
    const port = redis.stream.localPort!.toString(16).toUpperCase().padStart(4, "0");
    const timerOf = () => {
      const sockets = readFileSync("/proc/net/tcp", "utf8")
        .split("\n")
        .map((line) => line.trim().split(/\s+/));
      const own = sockets.find(([, local]) => local?.endsWith(`:${port}`));
      return own![5]!.split(":")[0];
    };
    // 01: what was sent last is not acknowledged yet.
    await until(() => timerOf() !== "01");
    expect(timerOf()).toBe(timer);
    redis.disconnect();
    await server.remove();
  });

  it("notices that its socket is half-open, and connects anew", async () => {
    const server = await RedisServer.start();
    const proxy = await HalfOpenProxy.to(server.port);
    const redis = connect({ ...settings, url: `redis://127.0.0.1:${proxy.port}` }, "command", "test", 1000);
    const tally = new ConnectionWatch(pino({ level: "silent" }), settings.healthCheckMs);
    tally.watch(redis);
    await once(redis, "ready");
    proxy.blackhole();
    await until(() => tally.reconnects > 0);
    expect(await redis.ping()).toBe("PONG");
    expect(proxy.accepted).toBeGreaterThan(1);
    redis.disconnect();
    proxy.close();
    await server.remove();
  }, 60_000);
});
