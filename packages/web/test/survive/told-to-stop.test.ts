import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Redis } from "ioredis";
import { BullQueue } from "../../../jobs/src/queue/bull/bull-queue.js";
import { withHash } from "../../../jobs/src/store/redis/redis-client.js";
import { putBlob } from "../../../jobs/src/store/redis/scripts.js";
import { CommandProxy } from "../../../jobs/test/command-proxy.js";
import { until } from "../../../jobs/test/until.js";
import type { NodeProcess } from "../node-process.js";
import { finished } from "../service.js";
import { LIMIT_MS, RunningService, tableOf } from "./running-service.js";

const example = new URL("../../../../examples/mortgage/model.json", import.meta.url);

/** A folder with a version of the example's model, which is not the one every process has. */
async function modelFolder(version: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "shap-models-"));
  const text = await readFile(example, "utf8");
  await writeFile(join(folder, "mortgage.json"), `${text}${version}`);
  return folder;
}

const table = tableOf(200);
const CHUNK_ROWS = 25;

let service: RunningService;
let proxy: CommandProxy;
beforeAll(async () => {
  service = await RunningService.start({ SHAP_CHUNK_LOCK_SECONDS: "1" });
  proxy = await CommandProxy.to(service.redis.port);
}, LIMIT_MS);
afterAll(async () => {
  proxy.close();
  await RunningService.closeAll();
});
afterEach(() => service.stopWorkers());

/** A worker that has explained a chunk of the job, and whose result is held on its way to Redis. */
async function workerAtChunk(env: Record<string, string> = {}): Promise<{
  id: string;
  worker: NodeProcess;
  /** Lets the result go on its way. */
  release: () => void;
}> {
  let release = () => {};
  const held = new Promise<boolean>((resolve) => {
    release = () => resolve(true);
  });
  const id = await service.submit(table);
  const put = new RegExp(`${withHash(putBlob).sha1}[^]*job:${id}:out`);
  let arrived = false;
  void proxy.trap("before", put, () => {
    arrived = true;
    return held;
  });
  const worker = await service.startWorker({ REDIS_URL: proxy.url, ...env });
  await until(() => arrived);
  return { id, worker, release };
}

const registered = async (): Promise<{ pid: number; commit: string }[]> =>
  (
    (await (await fetch(`${service.url}/v1/workers`)).json()) as {
      workers: { pid: number; commit: string }[];
    }
  ).workers;

describe("a worker that is told to stop", () => {
  it(
    "finishes its chunk, takes no other, leaves no registration and exits with success",
    async () => {
      const { id, worker, release } = await workerAtChunk();
      const exited = worker.stop("SIGTERM");
      await worker.says(/no new chunk is taken/);
      release();
      expect(await exited).toBe(0);
      expect(await service.job(id)).toMatchObject({ state: "running", rowsDone: CHUNK_ROWS });
      expect((await registered()).map(({ pid }) => pid)).not.toContain(worker.pid);
      await service.startWorker();
      await service.expectWhole(id, table);
    },
    LIMIT_MS,
  );

  it(
    "at a chunk that does not end in time exits with success, and another worker explains it",
    async () => {
      const { id, worker } = await workerAtChunk({ SHAP_SHUTDOWN_SECONDS: "1" });
      expect(await worker.stop("SIGTERM")).toBe(0);
      expect(await service.job(id)).toMatchObject({ state: "running", rowsDone: 0 });
      await service.startWorker();
      await service.expectWhole(id, table);
    },
    LIMIT_MS,
  );

  it(
    "twice exits at once, and the job is none the worse",
    async () => {
      const { id, worker } = await workerAtChunk({ SHAP_SHUTDOWN_SECONDS: "600" });
      worker.child.kill("SIGTERM");
      await worker.says(/no new chunk is taken/);
      expect(await worker.stop("SIGTERM")).toBe(1);
      await service.startWorker();
      await service.expectWhole(id, table);
    },
    LIMIT_MS,
  );
});

describe("a worker that uses too much memory", () => {
  it(
    "and is told to stop while it ends by itself finishes its chunk all the same",
    async () => {
      const { id, worker, release } = await workerAtChunk({ MAX_MEMORY_MB: "64" });
      await worker.says(/"reason":"memory".*no new chunk is taken/);
      const exited = worker.stop("SIGTERM");
      await setTimeout(200);
      expect(worker.runs).toBe(true);
      release();
      expect(await exited).toBe(0);
      expect(await service.job(id)).toMatchObject({ rowsDone: CHUNK_ROWS });
      await service.startWorker();
      await service.expectWhole(id, table);
    },
    LIMIT_MS,
  );
});

describe("two generations of workers", () => {
  it(
    "have models of their own under one name, and each explains the jobs of its own",
    async () => {
      const [older, newer] = await Promise.all([modelFolder(" "), modelFolder("\n")]);
      const own = await RunningService.start({ SHAP_MODEL_DIR: older, LOG_LEVEL: "debug" });
      const chunks = 2;
      const id = await own.submit(tableOf(chunks * CHUNK_ROWS));
      const young = await own.startWorker({ SHAP_MODEL_DIR: newer });
      // Every chunk comes back to the queue, however often: nobody is there yet who has the model.
      await until(() => (young.stdout.match(/left to another worker/g)?.length ?? 0) >= chunks);
      expect(await own.job(id)).toMatchObject({ rowsDone: 0 });
      await own.startWorker();
      expect(await finished(own.url, id)).toMatchObject({ state: "completed" });
      await Promise.all([older, newer].map((folder) => rm(folder, { recursive: true })));
    },
    LIMIT_MS,
  );

  it(
    "work side by side, and neither takes a task of another schema",
    async () => {
      const redis = new Redis(service.redis.url);
      await once(redis, "ready");
      const settings = { url: service.redis.url, timeoutMs: 5000, keepAlive: true, healthCheckMs: 30_000 };
      const newer = new BullQueue(redis, settings, { name: "shap-chunks-v2" });
      await newer.add({ schema: 2 as 1, jobId: "jnewer", index: 0 });
      const [old] = await Promise.all([
        service.startWorker({ RENDER_GIT_COMMIT: "old" }),
        service.startWorker({ RENDER_GIT_COMMIT: "new" }),
      ]);
      const commits = async () => (await registered()).map(({ commit }) => commit);
      await until(async () => {
        const live = await commits();
        return live.includes("old") && live.includes("new");
      });
      const id = await service.submit(table);
      expect(await old.stop("SIGTERM")).toBe(0);
      await service.expectWhole(id, table);
      expect(await commits()).toEqual(["new"]);
      expect(await newer.counts()).toEqual({ waiting: 1, active: 0, failed: 0 });
      await newer.close(0);
      redis.disconnect();
    },
    LIMIT_MS,
  );
});
