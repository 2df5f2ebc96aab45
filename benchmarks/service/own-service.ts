import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Program } from "./program.js";
import { ask, bytesOf, PATIENCE_MS, POLL_MS, type RunningService, startRedis } from "./running-service.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** This project's web and one worker, as built, with the settings of render.yaml. @param modelFolder holds one model */
export async function startOwnService(
  modelFolder: string,
  perturbation: "tree_path_dependent" | "interventional",
): Promise<RunningService> {
  const redis = await startRedis();
  const env = {
    REDIS_URL: redis.url,
    PORT: "0",
    SHAP_MODEL_DIR: modelFolder,
    NODE_OPTIONS: "--max-old-space-size=256 --max-semi-space-size=8",
  };
  const start = (script: string) => Program.start(process.execPath, [`${root}packages/${script}`], { env });
  const web = await start("web/dist/main.js");
  const worker = await start("worker/dist/main.js");
  const url = (await web.says(/"url":"([^"]+)"/))[1];
  await worker.says(/waiting for chunks/);
  return {
    programs: { web, worker, redis: redis.program },
    async explain(table, type) {
      const submitted = await ask(`${url}/v1/jobs?perturbation=${perturbation}`, {
        method: "POST",
        headers: { "content-type": type },
        body: new Uint8Array(table),
      });
      const { id } = (await submitted.json()) as { id: string };
      for (const deadline = Date.now() + PATIENCE_MS; ; await setTimeout(POLL_MS)) {
        const { state, error } = (await (await ask(`${url}/v1/jobs/${id}`)).json()) as {
          state: string;
          error?: string;
        };
        if (state === "completed") break;
        if (state === "failed" || Date.now() > deadline) throw new Error(`job ${id} is ${state}: ${error}`);
      }
      const result = await bytesOf(await ask(`${url}/v1/jobs/${id}/result`, { headers: { accept: type } }));
      await ask(`${url}/v1/jobs/${id}`, { method: "DELETE" });
      return result;
    },
    async stop() {
      await Promise.all([web.stop(), worker.stop()]);
      await redis.program.stop();
    },
  };
}
