import { DeployToolError } from "../errors.js";
import { exitCode } from "../exit-code.js";
import { type DeployDependencies, DeployRun, newDeployState } from "./deploy-run.js";
import { type DeployState, type StepName, stepNames } from "./state.js";
import { commit } from "./steps/commit.js";
import { deploys } from "./steps/deploys.js";
import { look } from "./steps/look.js";
import { push } from "./steps/push.js";
import { retire } from "./steps/retire.js";
import { stamp } from "./steps/stamp.js";
import { sync } from "./steps/sync.js";

/** Each step does its work, or finds it done, and says in a line what it came to. */
const steps: Record<StepName, (run: DeployRun) => Promise<string>> = {
  async check(run) {
    const sections = await run.parts.check();
    return `${sections.reduce((count, { findings }) => count + findings.length, 0)} things looked at`;
  },
  async lock(run) {
    await run.lock.take(run.state.id, run.state.branch, run.state.startedAt);
    return "nobody else deploys";
  },
  look,
  stamp,
  commit,
  push,
  sync,
  deploys,
  async verify(run) {
    run.report = await run.parts.verify(run.state);
    run.state.verified = run.report.ok;
    if (!run.report.ok) throw verificationFailed(run);
    return `${run.report.proofs.length} proofs`;
  },
  retire,
  async unlock(run) {
    await run.lock.release(run.state.id);
    return "done";
  },
};

/**
 * Deploys, from where the last run was cut off.
 *
 * ```
 * check → lock → look → stamp → commit → push → sync → deploys → verify → retire → unlock
 * ```
 *
 * Each step is written down when it is done and skipped by the next run. A new commit on top of the stamped one (a
 * mended fault) goes on under the same stamp: pushed, deployed and verified again.
 */
export async function runDeploy(dependencies: DeployDependencies): Promise<DeployRun> {
  const run = new DeployRun(dependencies, await beginOrGoOn(dependencies));
  await run.save();
  const { progress } = dependencies;
  for (const name of stepNames) {
    if (run.isDone(name)) continue;
    dependencies.clock.throwIfStopped();
    progress.step(name);
    const detail = await steps[name](run);
    await run.markDone(name);
    progress.stepDone(name, detail);
  }
  await dependencies.stateFile.archive();
  return run;
}

async function beginOrGoOn(dependencies: DeployDependencies): Promise<DeployState> {
  const { stateFile, target, repository, settings, progress } = dependencies;
  const state = await stateFile.read();
  if (!state) return newDeployState(target, settings.file);
  if (state.remote !== target.remote || state.branch !== target.branch || state.file !== settings.file) {
    throw new DeployToolError(
      `A deploy of ${state.file} to ${state.remote} ${state.branch} is not finished; this one is another.`,
      {
        code: "other_deploy",
        exitCode: exitCode.usage,
        fix: "finish it on its branch, or give it up with shap-deploy rollback",
      },
    );
  }
  progress.warn(`going on with the deploy begun at ${state.startedAt}`);
  const head = await repository.head();
  if (state.commit !== undefined && head !== state.commit) {
    // A fix on top, or the same stamp after a rebase: what follows the commit is done again for the new one.
    for (const step of ["commit", "push", "sync", "deploys", "verify"] as const) delete state.done[step];
    state.pushedAt = undefined;
    state.commit = undefined;
  }
  return state;
}

function verificationFailed(run: DeployRun): DeployToolError {
  const failed = run.report?.proofs.filter(({ state }) => state === "failed") ?? [];
  return new DeployToolError(
    `The deploy is live, but ${failed.length === 1 ? "a proof" : `${failed.length} proofs`} failed.`,
    {
      code: "verification_failed",
      exitCode: exitCode.verificationFailed,
      lines: failed.map(({ title, why }) => `${title}: ${why ?? ""}`),
      fix: "shap-deploy rollback brings the previous version back; a fix that is committed goes on under the same stamp",
      details: { report: run.report },
    },
  );
}
