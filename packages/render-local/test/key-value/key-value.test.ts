import { rm } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import { startStack, until } from "../stack.js";

const renderYaml = (plan: string): string => `services:
  - { type: keyvalue, name: store, plan: ${plan}, ipAllowList: [], maxmemoryPolicy: noeviction }
`;

async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 3 });
  redis.on("error", () => {});
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

describe("a Key Value instance", () => {
  it("is a redis-server with the plan's memory and the eviction policy", async () => {
    const { local } = await startStack(renderYaml("starter"));
    await local.whenLive();
    const { connectionString } = local.keyValue("store");
    await withRedis(connectionString, async (redis) => {
      expect(await redis.config("GET", "maxmemory")).toEqual(["maxmemory", String(256 * 1024 * 1024)]);
      expect(await redis.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
      expect(await redis.config("GET", "maxclients")).toEqual(["maxclients", "250"]);
    });
  });

  it("keeps its data over a suspension, a change of its settings and a crash", async () => {
    const { local, client } = await startStack(renderYaml("starter"));
    await local.whenLive();
    const store = local.keyValue("store");
    const path = `/key-value/${store.id}`;
    await withRedis(store.connectionString, (redis) => redis.set("kept", "yes"));
    await client.post(`${path}/suspend`);
    expect((await client.get(path)).body.status).toBe("suspended");
    await client.post(`${path}/resume`);
    await client.call("PATCH", path, { maxmemoryPolicy: "allkeys_lru" });
    expect(await withRedis(store.connectionString, (redis) => redis.get("kept"))).toBe("yes");
    process.kill(store.pid as number, "SIGKILL");
    await until("it is back", () => store.restarts === 1 && store.status === "available");
    expect(await withRedis(store.connectionString, (redis) => redis.get("kept"))).toBe("yes");
  });

  it("keeps what a snapshot saw, without a journal", async () => {
    const { local, client } = await startStack(renderYaml("starter, persistenceMode: snapshot"));
    await local.whenLive();
    const { id, connectionString } = local.keyValue("store");
    await withRedis(connectionString, async (redis) => {
      expect(await redis.config("GET", "appendonly")).toEqual(["appendonly", "no"]);
      await redis.set("kept", "yes");
    });
    await client.post(`/key-value/${id}/suspend`);
    await client.post(`/key-value/${id}/resume`);
    expect(await withRedis(connectionString, (redis) => redis.get("kept"))).toBe("yes");
  });

  it("keeps its data from one start to the next in a folder of the user's choice", async () => {
    const dataFolder = `${process.env.RENDER_LOCAL_TEST_FOLDER}/kept-data`;
    for (const expected of [null, "yes"]) {
      const { local } = await startStack(renderYaml("starter"), { dataFolder });
      await local.whenLive();
      await withRedis(local.keyValue("store").connectionString, async (redis) => {
        expect(await redis.get("kept")).toBe(expected);
        await redis.set("kept", "yes");
      });
      await local.stop();
    }
    await rm(dataFolder, { recursive: true });
  });

  it.each(["free", "starter, persistenceMode: 'off'"])("forgets everything with plan %s", async (plan) => {
    const { local, client } = await startStack(renderYaml(plan));
    await local.whenLive();
    const { id, connectionString } = local.keyValue("store");
    await withRedis(connectionString, (redis) => redis.set("kept", "no"));
    await client.post(`/key-value/${id}/suspend`);
    await client.post(`/key-value/${id}/resume`);
    expect(await withRedis(connectionString, (redis) => redis.get("kept"))).toBeNull();
  });

  it("can be made to look unhealthy", async () => {
    const { local, client } = await startStack(renderYaml("starter"));
    await local.whenLive();
    const { id } = local.keyValue("store");
    const takeBack = local.faults.add({ kind: "key-value-unhealthy", service: "store" });
    expect((await client.get(`/key-value/${id}`)).body.status).toBe("unavailable");
    takeBack();
    expect((await client.get(`/key-value/${id}`)).body.status).toBe("available");
  });
});
