import { BlueprintText } from "../../blueprint/read-blueprint.js";
import { findRoles } from "../../blueprint/roles.js";
import { usageError } from "../../errors.js";
import { findBlueprint, findOwner, isSuspended, serviceNamed } from "../../render/workspace.js";
import type { DeployRun } from "../deploy-run.js";

/**
 * Writes down what runs now, to be able to go back to it, and holds the present worker where it is: without that Render
 * would deploy the pushed commit to it, too, although it is about to be replaced.
 */
export async function look(run: DeployRun): Promise<string> {
  const { api, repository, settings } = run.parts;
  const { state } = run;
  const reading = new BlueprintText(await run.readBlueprint()).read();
  if ("problems" in reading)
    throw usageError(reading.problems[0].message, "blueprint_invalid", "shap-deploy check");
  const { web, worker, keyValue } = findRoles(reading.blueprint);
  if (!web || !worker)
    throw usageError(
      "the Blueprint has no clear web service and worker",
      "blueprint_roles",
      "shap-deploy check",
    );
  const owner = await findOwner(api, settings.ownerId);
  state.ownerId = owner.id;
  state.blueprintId = (
    await findBlueprint(api, owner.id, await repository.remoteUrl(state.remote), state.file)
  ).id;
  state.webName = web.service.name;
  state.keyValueName = keyValue?.service.name;
  state.workerNameBefore ??= worker.service.name;
  const services = await api.services(owner.id);
  const runningWeb = serviceNamed(services, web.service.name);
  if (runningWeb) {
    const live = (await api.deploys(runningWeb.id)).find(({ status }) => status === "live");
    state.previousWeb = {
      id: runningWeb.id,
      name: runningWeb.name,
      deployId: live?.id,
      commit: live?.commit?.id,
    };
  }
  const runningWorker = serviceNamed(services, state.workerNameBefore);
  if (runningWorker && !isSuspended(runningWorker) && state.previousWorkers === undefined) {
    const autoDeploy = runningWorker.autoDeploy !== "no";
    state.previousWorkers = [{ id: runningWorker.id, name: runningWorker.name, autoDeploy }];
    // Saved before it is changed: a cut-off run still knows what to give back.
    await run.save();
    if (autoDeploy) await api.patchService(runningWorker.id, { autoDeploy: "no" });
  }
  state.previousWorkers ??= [];
  const before = state.previousWeb?.commit?.slice(0, 7);
  return before ? `${owner.name}: ${web.service.name} runs ${before}` : `${owner.name}: nothing runs yet`;
}
