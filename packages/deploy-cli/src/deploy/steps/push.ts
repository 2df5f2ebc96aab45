import { DeployToolError } from "../../errors.js";
import { exitCode } from "../../exit-code.js";
import { GitError } from "../../git/git.js";
import type { DeployRun } from "../deploy-run.js";

/** Pushes the commit, unless the remote has it already: a push whose answer was lost is not made twice. */
export async function push(run: DeployRun): Promise<string> {
  const { repository } = run.parts;
  const commit = run.need("commit");
  const { target, state } = run;
  const shown = `${await repository.shownRemoteUrl(target.remote)} ${target.branch}`;
  state.pushedAt ??= new Date().toISOString();
  await run.save();
  const remote = await repository.remoteHead(target);
  if (remote === commit) return `already at ${shown}`;
  try {
    await repository.push(commit, target);
  } catch (error) {
    if (!(error instanceof GitError) || !/rejected|fetch first|non-fast-forward/.test(error.said))
      throw error;
    throw new DeployToolError(`The remote's ${target.branch} has commits that are not here.`, {
      code: "push_rejected",
      exitCode: exitCode.deployFailed,
      fix: `git pull --rebase ${target.remote} ${target.branch}, then shap-deploy deploy: it goes on with the same stamp`,
      cause: error,
    });
  }
  return shown;
}
