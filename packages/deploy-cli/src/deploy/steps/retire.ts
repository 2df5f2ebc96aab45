import { RenderError } from "../../render/render-error.js";
import type { DeployRun } from "../deploy-run.js";
import { stopWorker } from "../stop-worker.js";

/** Takes the previous worker out of service: stopped first, its last chunk drained, then deleted unless it is to stay. */
export async function retire(run: DeployRun): Promise<string> {
  const { api, settings } = run.parts;
  const retired: string[] = [];
  for (const { id, name } of run.state.previousWorkers ?? []) {
    if (name === run.state.workerName) continue;
    if (settings.retire === "keep") {
      retired.push(`${name} goes on running (--retire keep)`);
      continue;
    }
    try {
      await stopWorker(run.parts, { id, name });
    } catch (error) {
      // An earlier run, or somebody, has deleted it.
      if (!(error instanceof RenderError) || error.status !== 404) throw error;
      retired.push(`${name} is gone`);
      continue;
    }
    if (settings.retire === "delete") await api.deleteService(id);
    retired.push(`${name} ${settings.retire === "delete" ? "deleted" : "suspended"}`);
  }
  return retired.join(", ") || "there was no previous worker";
}
