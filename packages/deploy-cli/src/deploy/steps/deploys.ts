import { keyValueNamed } from "../../render/workspace.js";
import type { DeployRun } from "../deploy-run.js";
import { waitForDeploys } from "../wait-for-deploys.js";

// Render's clock and this computer's may differ by a little.
const clockToleranceMilliseconds = 60_000;

/** Waits until web and worker run the commit. */
export async function deploys(run: DeployRun): Promise<string> {
  const { api, clock, progress, settings } = run.parts;
  const { state } = run;
  const names = [run.need("webName"), run.need("workerName")];
  const [web, worker] = await waitForDeploys({
    api,
    clock,
    progress,
    ownerId: run.need("ownerId"),
    names,
    commit: run.need("commit"),
    since: new Date(new Date(run.need("pushedAt")).getTime() - clockToleranceMilliseconds * clock.scale),
    timeout: settings.timeout,
  });
  state.web = { id: web.service.id, name: web.service.name };
  state.worker = { id: worker.service.id, name: worker.service.name };
  const store = keyValueNamed(await api.keyValues(run.need("ownerId")), state.keyValueName ?? "");
  if (store) state.keyValue = { id: store.id, name: store.name };
  return `${web.service.name} and ${worker.service.name} are live on ${run.need("commit").slice(0, 7)}`;
}
