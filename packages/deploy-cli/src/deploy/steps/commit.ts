import { BlueprintText } from "../../blueprint/read-blueprint.js";
import { findRoles } from "../../blueprint/roles.js";
import type { DeployRun } from "../deploy-run.js";

/** Commits the stamped render.yaml, and only it. A commit of an earlier run, also a rebased one, is found again. */
export async function commit(run: DeployRun): Promise<string> {
  const { repository, settings } = run.parts;
  const name = run.need("workerName");
  const head = await repository.head();
  if (workerAt((await repository.fileAt(head, run.state.file)) ?? "") === name) {
    run.state.commit = head;
  } else {
    run.state.commit = await repository.commitFile(
      run.blueprintPath,
      settings.message.replaceAll("{worker}", name),
    );
  }
  return run.state.commit.slice(0, 7);
}

function workerAt(text: string): string | undefined {
  const reading = new BlueprintText(text).read();
  return "blueprint" in reading ? findRoles(reading.blueprint).worker?.service.name : undefined;
}
