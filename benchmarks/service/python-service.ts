import { setTimeout } from "node:timers/promises";
import { execa } from "execa";
import { freePort, Program } from "./program.js";
import { inEnvironment, newestXgboostFolder, pythonFolder } from "./python-environment.js";
import { ask, bytesOf, PATIENCE_MS, POLL_MS, type RunningService, startRedis } from "./running-service.js";

/** One way to run the Python service. */
export interface Variant {
  name: string;
  /** `fork` and `simple` load the model before any job; `rq worker`, RQ's command, loads it anew in every job's fork. */
  worker: "fork" | "simple" | "rq worker";
  /** The XGBoost that pip gives on Python 3.11, or the newest. */
  xgboost: "pip's" | "newest";
  threads: "one" | "all";
  /** With background rows, interventional. */
  background: boolean;
  /** Part of the rows it is given, so that slow ones end. */
  share: number;
}

export interface Files {
  model: string;
  background: string;
}

/** What parts.py prints. */
export interface Parts {
  xgboost: string;
  shap: string;
  explainerRowsPerSecond: number;
  partsMs: Record<string, number>;
}

/** Flask in one gunicorn process and one RQ worker. Tables are JSON. */
export async function startPythonService(variant: Variant, files: Files): Promise<RunningService> {
  const redis = await startRedis();
  const options = {
    cwd: pythonFolder,
    env: { ...environmentOf(variant, files), REDIS_URL: redis.url },
  };
  const port = await freePort();
  const bind = ["--workers", "1", "--bind", `127.0.0.1:${port}`, "app:app"];
  const web = await Program.start(inEnvironment("gunicorn"), bind, options);
  const worker =
    variant.worker === "rq worker"
      ? await Program.start(inEnvironment("rq"), ["worker", "--url", redis.url, "explain"], options)
      : await Program.start(inEnvironment("python"), ["worker.py", variant.worker], options);
  await web.says(/Booting worker/);
  const url = `http://127.0.0.1:${port}/explain`;
  return {
    programs: { web, worker, redis: redis.program },
    async explain(table, type) {
      const submitted = await ask(url, {
        method: "POST",
        headers: { "content-type": type },
        body: new Uint8Array(table),
      });
      const { id } = (await submitted.json()) as { id: string };
      for (const deadline = Date.now() + PATIENCE_MS; ; await setTimeout(POLL_MS)) {
        const { state } = (await (await ask(`${url}/${id}`)).json()) as { state: string };
        if (state === "completed") break;
        const failure = state === "failed" ? "a job failed" : worker.ended ? "the worker ended" : undefined;
        if (failure !== undefined) throw new Error(`${failure}:\n${worker.lastWords()}`);
        if (Date.now() > deadline) throw new Error(`no result within ${PATIENCE_MS / 1000} s`);
      }
      return bytesOf(await ask(`${url}/${id}/result`));
    },
    async stop() {
      await Promise.all([web.stop(), worker.stop()]);
      await redis.program.stop();
    },
  };
}

/** The service's parts by themselves, the bare explainer among them. @param rowsFile what a client would post */
export async function measureParts(variant: Variant, files: Files, rowsFile: string): Promise<Parts> {
  const { stdout } = await execa(inEnvironment("python"), ["parts.py", rowsFile], {
    cwd: pythonFolder,
    env: environmentOf(variant, files),
  });
  return JSON.parse(stdout.trimEnd().split("\n").at(-1)!) as Parts;
}

function environmentOf(variant: Variant, files: Files): Record<string, string> {
  return {
    MODEL: files.model,
    ...(variant.background ? { BACKGROUND: files.background } : {}),
    ...(variant.threads === "one" ? { OMP_NUM_THREADS: "1" } : {}),
    ...(variant.xgboost === "newest" ? { PYTHONPATH: newestXgboostFolder } : {}),
  };
}
