import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Redis } from "ioredis";
import { BullQueue } from "../../src/queue/bull/bull-queue.js";
import { connect } from "../../src/redis/connection.js";
import type { RedisSettings } from "../../src/settings/settings.js";
import { RedisServer } from "../redis-server.js";
import { until } from "../until.js";
import { describeQueue, taskOf } from "./queue-contract.js";

let server: RedisServer;
let settings: RedisSettings;
const connections: Redis[] = [];

beforeAll(async () => {
  server = await RedisServer.start();
  settings = { url: server.url, timeoutMs: 10_000, keepAlive: true, healthCheckMs: 30_000 };
});
afterAll(() => server.remove());
afterEach(() => {
  for (const connection of connections.splice(0)) connection.disconnect();
});

async function command(): Promise<Redis> {
  const redis = connect(settings, "command", "test");
  connections.push(redis);
  if (redis.status !== "ready") await once(redis, "ready");
  return redis;
}

describeQueue("the queue on Redis", async () => {
  return new BullQueue(await command(), settings, { name: `q-${randomUUID()}` });
});

describe("the queue on Redis", () => {
  it("gives a chunk whose worker went silent to another", async () => {
    const name = `q-${randomUUID()}`;
    const quick = { name, lockMs: 600, stalledCheckMs: 300 };
    const silentRedis = await command();
    const silent = new BullQueue(silentRedis, settings, quick);
    let begun = false;
    let aborted: AbortSignal | undefined;
    await silent.add(taskOf("jk", 0));
    await silent.process((_task, signal) => {
      begun = true;
      aborted = signal;
      return new Promise((resolve) => signal.addEventListener("abort", () => setTimeout(resolve, 2000)));
    });
    await until(() => begun);
    silentRedis.disconnect();

    const seen: string[] = [];
    const stalled: string[] = [];
    const other = new BullQueue(await command(), settings, quick);
    await other.process(async (task) => void seen.push(task.jobId), {
      onStalled: (task) => stalled.push(task.jobId),
    });
    await until(() => seen.length === 1 && stalled.length === 1);
    expect(stalled).toEqual(["jk"]);
    expect((await until(() => aborted?.aborted)) && aborted?.reason.message).toMatch(/renewed|took/);
    await other.close(0);
    await silent.close(0);
  });
});
