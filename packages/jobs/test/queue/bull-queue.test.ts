import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Redis } from "ioredis";
import type { ChunkTask } from "../../src/job.js";
import { BullQueue } from "../../src/queue/bull/bull-queue.js";
import { NotForMeError } from "../../src/queue/chunk-queue.js";
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
  it("offers a task again and again that its workers cannot do, without counting that as a try", async () => {
    const options = { name: `q-${randomUUID()}`, notForMeMs: 10 };
    const queue = new BullQueue(await command(), settings, options);
    const answers = [...Array.from({ length: 5 }, () => new NotForMeError("not here")), new Error("no luck")];
    const seen: ChunkTask[] = [];
    const given: string[] = [];
    let tries = 0;
    await queue.add(taskOf("jl", 0));
    await queue.process(
      async (task) => {
        tries++;
        const error = answers.shift();
        if (error !== undefined) throw error;
        seen.push(task);
      },
      { onGiveUp: async (task) => void given.push(task.jobId) },
    );
    await until(() => seen.length === 1);
    expect(seen).toEqual([taskOf("jl", 0)]);
    expect([tries, given]).toEqual([7, []]);
    await queue.close(0);
  });

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
