import { BlueprintText } from "../../blueprint/read-blueprint.js";
import { findRoles } from "../../blueprint/roles.js";
import { nextWorkerName, parseWorkerName } from "../../blueprint/stamp.js";
import { writeWorkerName } from "../../blueprint/write-worker-name.js";
import { usageError } from "../../errors.js";
import type { DeployRun } from "../deploy-run.js";

/** Gives the worker's service a name of its own in render.yaml. The name is chosen once for a deploy. */
export async function stamp(run: DeployRun): Promise<string> {
  const { api, clock } = run.parts;
  const { state } = run;
  const text = await run.readBlueprint();
  const reading = new BlueprintText(text).read();
  const name = "blueprint" in reading ? findRoles(reading.blueprint).worker?.service.name : undefined;
  const parsed = name === undefined ? undefined : parseWorkerName(name);
  if (name === undefined || !parsed) {
    throw usageError(
      `the worker's name ${name ?? ""} is not <base>-worker-<stamp>`,
      "worker_name",
      "name it like shap-worker-20260101000000",
    );
  }
  if (state.workerName === undefined) {
    const taken = (await api.services(run.need("ownerId"))).map((service) => service.name);
    state.workerName = nextWorkerName(parsed.base, new Date(clock.now()), [...taken, name]);
    await run.save();
  }
  if (name !== state.workerName) await run.writeBlueprint(writeWorkerName(text, state.workerName));
  return state.workerName;
}
