import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { loadModel } from "shap-core";
import { memoryHog, timeHog } from "../../jobs/test/models/hostile-models.js";
import { RedisServer } from "../../jobs/test/redis-server.js";
import { until } from "../../jobs/test/until.js";
import { NodeProcess } from "./node-process.js";
import { exampleText } from "./service.js";
import {
  askedDirectly,
  csvOf,
  explained,
  fixture,
  put,
  resultOf,
  rowsFor,
  submitted,
} from "./uploaded-models.js";

const first = fixture("xgboost/binary-logistic/model.json");
const second = fixture("xgboost/random-forest/model.json");

/** A service as it runs: web processes and workers on one Redis, and no model folder between them. */
let redis: RedisServer;
let client: Redis;
let folder: string;
const running: NodeProcess[] = [];

beforeAll(async () => {
  redis = await RedisServer.start("--appendonly", "yes");
  client = new Redis(redis.url);
  client.on("error", () => {});
  folder = mkdtempSync(join(tmpdir(), "shap-models-"));
});
afterAll(async () => {
  await Promise.all(running.map((process) => process.stop("SIGKILL")));
  client.disconnect();
  await redis.remove();
  rmSync(folder, { recursive: true });
});

function start(program: "web" | "worker", more: Record<string, string> = {}): NodeProcess {
  const env = { REDIS_URL: redis.url, PORT: "0", SHAP_MODEL_DIR: folder, SHAP_MAX_BATCH_SIZE: "50", ...more };
  const process = NodeProcess.start(`packages/${program}/dist/main.js`, env);
  running.push(process);
  return process;
}

async function startWeb(more: Record<string, string> = {}): Promise<{ web: NodeProcess; url: string }> {
  const web = start("web", more);
  return { web, url: (await web.says(/"url":"([^"]+)"/))[1]! };
}

const versionAt = async (url: string, name: string): Promise<string | undefined> =>
  ((await (await fetch(`${url}/v1/models/${name}`)).json()) as { version?: string }).version;
const namesAt = async (url: string): Promise<string[]> =>
  ((await (await fetch(`${url}/v1/models`)).json()) as { models: { name: string }[] }).models.map(
    ({ name }) => name,
  );

describe("a model uploaded to one of two web processes", () => {
  let one: { web: NodeProcess; url: string };
  let two: { web: NodeProcess; url: string };
  let worker: NodeProcess;
  beforeAll(async () => {
    [one, two] = await Promise.all([startWeb(), startWeb()]);
    worker = start("worker");
    await worker.says(/waiting for chunks/);
  });

  it("is served by the other at once, and its jobs by a worker, exactly", async () => {
    const rows = rowsFor(loadModel(first), 240);
    expect((await put(one.url, "risk", first)).status).toBe(201);
    const expected = explained(first, rows);
    expect(await askedDirectly(two.url, "risk", rows)).toEqual(expected);
    const job = await submitted(two.url, "risk", csvOf(loadModel(first), rows));
    expect(await resultOf(one.url, job.id)).toMatchObject(expected);
  });

  it("has a new version there a moment later, and is gone there when it is deleted here", async () => {
    await put(one.url, "changing", first);
    const old = await versionAt(two.url, "changing");
    await put(two.url, "changing", second);
    await until(async () => (await versionAt(one.url, "changing")) !== old);
    await fetch(`${one.url}/v1/models/changing`, { method: "DELETE" });
    await until(async () => (await versionAt(two.url, "changing")) === undefined);
    expect(await namesAt(two.url)).toEqual(["risk"]);
  });

  it("explains a job by the version and background it was submitted for, though both are replaced", async () => {
    const model = loadModel(first);
    const rows = rowsFor(model, 120);
    const [before, after] = [rows.slice(0, 5), rows.slice(50, 70)];
    const csv = { "content-type": "text/csv" };
    await put(one.url, "bound", first);
    await put(one.url, "bound/background", csvOf(model, before), csv);
    // The worker has never seen either when they are replaced.
    worker.child.kill("SIGSTOP");
    const query = "&perturbation=interventional";
    const job = await submitted(one.url, "bound", csvOf(model, rows), query);
    expect((await put(one.url, "bound?background=drop", second)).status).toBe(200);
    await put(one.url, "bound", first);
    expect((await put(one.url, "bound/background", csvOf(model, after), csv)).status).toBe(201);
    const later = await submitted(one.url, "bound", csvOf(model, rows), query);
    await fetch(`${one.url}/v1/models/bound`, { method: "DELETE" });
    worker.child.kill("SIGCONT");
    const options = { perturbation: "interventional" } as const;
    expect(await resultOf(one.url, job.id)).toMatchObject(
      explained(first, rows, { ...options, background: before }),
    );
    expect(await resultOf(one.url, later.id)).toMatchObject(
      explained(first, rows, { ...options, background: after }),
    );
  });

  it("is there when both are started anew", async () => {
    await Promise.all([one.web.stop(), two.web.stop()]);
    [one, two] = await Promise.all([startWeb(), startWeb()]);
    expect(await namesAt(one.url)).toEqual(["risk"]);
    const rows = rowsFor(loadModel(first), 3);
    expect(await askedDirectly(two.url, "risk", rows)).toEqual(explained(first, rows));
  });

  it("is refused by a full Redis with 507, and leaves nothing there", async () => {
    const keys = await client.keys("shap:model*");
    await client.config("SET", "maxmemory", "1");
    const refused = await put(one.url, "large", second);
    await client.config("SET", "maxmemory", "0");
    expect(refused.status).toBe(507);
    expect(await refused.json()).toMatchObject({ code: "store-full" });
    expect(refused.headers.get("retry-after")).toBe("60");
    expect((await client.keys("shap:model*")).sort()).toEqual(keys.sort());
    expect(await namesAt(one.url)).toEqual(["risk"]);
  });

  it("goes on being served while Redis is away; changes are refused until it is back", async () => {
    const rows = rowsFor(loadModel(first), 3);
    await askedDirectly(one.url, "risk", rows);
    await redis.stop();
    const refused = await until(async () => {
      const answer = await put(one.url, "other", second);
      return answer.status === 503 ? answer : undefined;
    });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await fetch(`${one.url}/v1/models/risk`, { method: "DELETE" })).status).toBe(503);
    expect(await askedDirectly(one.url, "risk", rows)).toEqual(explained(first, rows));
    expect(await namesAt(one.url)).toContain("risk");
    await redis.start();
    await until(async () => [200, 201].includes((await put(one.url, "other", second)).status));
    await until(async () => (await namesAt(two.url)).includes("other"));
  });
});

describe("a service without any model", () => {
  it("warns of the example once at its start, and never again", async () => {
    const empty = await RedisServer.start();
    const { web, url } = await startWeb({ REDIS_URL: empty.url });
    const worker = start("worker", { REDIS_URL: empty.url });
    expect(await namesAt(url)).toEqual(["mortgage"]);
    await put(url, "risk", first);
    await fetch(`${url}/v1/models/risk`, { method: "DELETE" });
    expect(await namesAt(url)).toEqual(["mortgage"]);
    const rows = exampleText("sample.csv").split("\n").slice(0, 4).join("\n");
    const job = await submitted(url, "mortgage", rows);
    expect(await resultOf(url, job.id)).toMatchObject({ model: { name: "mortgage", fallback: true } });
    expect(await web.stop()).toBe(0);
    await worker.stop();
    expect(web.stdout.match(/bundled example/g)).toHaveLength(1);
    expect(worker.stdout).not.toMatch(/bundled example/);
    await empty.remove();
  });
});

describe("a model file made to do harm", () => {
  it("is refused for its memory and for its time, and web lives on in its own memory", async () => {
    const { web, url } = await startWeb({ SHAP_MODEL_CHECK_SECONDS: "2", SHAP_MODEL_CHECK_MEMORY_MB: "400" });
    const { file, background } = timeHog(40_000);
    const refused = await Promise.all([put(url, "memory", memoryHog()), put(url, "time", file)]);
    expect(refused.map(({ status }) => status)).toEqual([422, 201]);
    expect(await refused[0]!.json()).toMatchObject({ code: "model-too-big" });
    const slow = await put(url, "time/background", background, { "content-type": "text/csv" });
    expect([slow.status, await slow.json()]).toEqual([
      422,
      expect.objectContaining({ code: "model-too-slow" }),
    ]);
    const { memory } = (await (await fetch(`${url}/health`)).json()) as {
      memory: { rssBytes: number; limitBytes: number };
    };
    expect(memory.rssBytes).toBeLessThan(memory.limitBytes);
    const rows = rowsFor(loadModel(file), 2);
    expect(await askedDirectly(url, "time", rows)).toEqual(explained(file, rows));
    expect(await web.stop()).toBe(0);
  }, 120_000);
});
