import { setTimeout } from "node:timers/promises";
import { startOwnPrograms } from "./own-programs.js";
import { ask, bytesOf, PATIENCE_MS, POLL_MS, type RunningService } from "./running-service.js";

/** This project's web and one worker, as built, with the settings of render.yaml. @param modelFolder holds one model */
export async function startOwnService(
  modelFolder: string,
  perturbation: "tree_path_dependent" | "interventional",
): Promise<RunningService> {
  const { url, web, worker, redis, stop } = await startOwnPrograms({ env: { SHAP_MODEL_DIR: modelFolder } });
  return {
    programs: { web, worker, redis },
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
    stop,
  };
}
