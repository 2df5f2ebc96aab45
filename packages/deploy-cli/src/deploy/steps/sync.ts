import type { DeployRun } from "../deploy-run.js";
import { waitForSync } from "../wait-for-sync.js";

/** Waits for Render to take the Blueprint of the commit in. */
export async function sync(run: DeployRun): Promise<string> {
  const { api, clock, progress, settings } = run.parts;
  await waitForSync({
    api,
    clock,
    progress,
    ownerId: run.need("ownerId"),
    blueprintId: run.need("blueprintId"),
    branch: run.state.branch,
    commit: run.need("commit"),
    text: await run.readBlueprint(),
    timeout: settings.timeout,
  });
  return "Render has taken the Blueprint in";
}
