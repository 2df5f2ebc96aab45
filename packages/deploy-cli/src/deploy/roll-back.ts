import { writeWorkerName } from "../blueprint/write-worker-name.js";
import { serviceNamed } from "../render/workspace.js";
import type { DeployRun } from "./deploy-run.js";
import { waitForRollback } from "./wait-for-rollback.js";

// Keeps Render from building the reverted commit: what it would build is what has just been taken back.
const skipDeploy = "[skip render]";

/**
 * Takes an unfinished deploy back: the new worker out of service, the old one and the old web deploy in, the stamp
 * reverted, the new worker deleted, the lock given back. Each part looks first whether it is needed, so it can be run
 * again. Code that was committed is not reverted: only what this tool changed is.
 *
 * @returns what was done, a line each
 */
export async function rollBack(run: DeployRun, why: string): Promise<string[]> {
  const { api, progress } = run.parts;
  const { state } = run;
  const done: string[] = [];
  const say = (line: string) => {
    done.push(line);
    progress.done(line);
  };
  const services = state.ownerId ? await api.services(state.ownerId) : [];
  const newWorker = state.workerName === undefined ? undefined : serviceNamed(services, state.workerName);
  if (newWorker && newWorker.suspended !== "suspended") {
    await api.suspend(newWorker.id);
    say(`${newWorker.name} takes no more work`);
  }
  for (const previous of state.previousWorkers ?? []) {
    const service = services.find(({ id }) => id === previous.id);
    if (service?.suspended === "suspended") {
      await api.resume(service.id);
      say(`${service.name} works again`);
    } else if (!service) {
      say(`${previous.name} was deleted already and cannot be brought back`);
    }
  }
  await bringWebBack(run, say);
  await revertStamp(run, say);
  if (newWorker) {
    await api.deleteService(newWorker.id);
    say(`${newWorker.name} deleted`);
  }
  for (const { id, autoDeploy } of state.previousWorkers ?? []) {
    if (autoDeploy && services.some((service) => service.id === id))
      await api.patchService(id, { autoDeploy: "yes" });
  }
  state.ended = { at: new Date().toISOString(), why };
  await run.save();
  if (run.isDone("lock")) await run.lock.release(state.id);
  await run.parts.stateFile.archive();
  return done;
}

async function bringWebBack(run: DeployRun, say: (line: string) => void): Promise<void> {
  const { api, clock } = run.parts;
  const { previousWeb, ownerId } = run.state;
  if (!previousWeb?.deployId || !ownerId) return;
  const deploys = await api.deploys(previousWeb.id);
  const inProgress = deploys.find(
    ({ commit, finishedAt }) => commit?.id === run.state.commit && finishedAt === undefined,
  );
  if (inProgress) {
    await api.cancelDeploy(previousWeb.id, inProgress.id);
    say(`${previousWeb.name}: the deploy in progress is cancelled`);
  }
  const live = deploys.find(({ status }) => status === "live");
  if (live === undefined || live.id === previousWeb.deployId || live.commit?.id === previousWeb.commit)
    return;
  const deploy = await api.rollback(previousWeb.id, previousWeb.deployId);
  await waitForRollback(api, clock, previousWeb, deploy.id, run.parts.settings.timeout);
  say(`${previousWeb.name} runs ${previousWeb.commit?.slice(0, 7) ?? "its previous version"} again`);
}

async function revertStamp(run: DeployRun, say: (line: string) => void): Promise<void> {
  const { repository, progress } = run.parts;
  const { workerName, workerNameBefore, commit } = run.state;
  if (workerName === undefined || workerNameBefore === undefined) return;
  const text = await run.readBlueprint();
  if (!text.includes(workerName)) return;
  await run.writeBlueprint(writeWorkerName(text, workerNameBefore));
  if (commit === undefined) {
    say(`render.yaml names ${workerNameBefore} again`);
    return;
  }
  const remoteHead = await repository.remoteHead(run.target);
  const reverted = await repository.commitFile(
    run.blueprintPath,
    `Take back the worker's name ${workerName}\n\nThe deploy did not hold; ${workerNameBefore} works on. ${skipDeploy}`,
  );
  say(`render.yaml names ${workerNameBefore} again (${reverted.slice(0, 7)})`);
  if (!run.isDone("push")) return;
  if (remoteHead !== commit) {
    progress.warn(
      `somebody has pushed to ${run.state.branch} meanwhile: pull, then push the commit ${reverted.slice(0, 7)} yourself`,
    );
    return;
  }
  await repository.push(reverted, run.target);
}
