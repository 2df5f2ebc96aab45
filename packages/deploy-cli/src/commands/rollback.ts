import { DeployRun } from "../deploy/deploy-run.js";
import { rollBack } from "../deploy/roll-back.js";
import { waitForRollback } from "../deploy/wait-for-rollback.js";
import { DeployToolError } from "../errors.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import { serviceNamed } from "../render/workspace.js";
import type { CommandContext } from "../terminal/console.js";
import { printableLine } from "../terminal/printable.js";
import { assemble, type DeployOptions } from "./deploy.js";
import { openSystem, type System, type SystemOptions } from "./open-system.js";

export interface RollbackOptions extends SystemOptions {
  timeout: number;
  dryRun?: boolean;
}

/** `shap-deploy rollback`: takes an unfinished deploy back; else brings web and worker to the last good deploy. */
export async function rollback(options: RollbackOptions, context: CommandContext): Promise<ExitCode> {
  const { console } = context;
  const system = await openSystem(context, options);
  const deployOptions: DeployOptions = {
    ...options,
    message: "",
    retire: "delete",
    restarts: 0,
    redisSeconds: 60,
  };
  const dependencies = await assemble(system, deployOptions, context);
  const state = await dependencies.stateFile.read();
  let done: string[];
  if (state) {
    done = options.dryRun
      ? [`take the deploy of ${state.startedAt} back`]
      : await rollBack(new DeployRun(dependencies, state), "shap-deploy rollback");
    if (options.dryRun) console.say(`Would ${done[0]}.`);
  } else {
    done = await toLastGood(system, options, context);
    console.settle();
    for (const line of done) console.say(`${console.style("green", "✓")} ${printableLine(line)}`);
  }
  console.document({
    command: "rollback",
    ok: true,
    exitCode: exitCode.done,
    dryRun: options.dryRun === true,
    done,
  });
  return exitCode.done;
}

/**
 * Web goes back to its last good build. The worker service is new at each deploy and has no older build: it deploys
 * that same commit.
 */
async function toLastGood(
  { api, owner, roles }: System,
  { timeout, dryRun }: RollbackOptions,
  { console, clock }: CommandContext,
): Promise<string[]> {
  const services = await api.services(owner.id);
  const web = serviceNamed(services, roles.web.service.name);
  const worker = serviceNamed(services, roles.worker.service.name);
  const deploys = web ? await api.deploys(web.id, 100) : [];
  const live = deploys.findIndex(({ status }) => status === "live");
  const current = deploys[live]?.commit?.id;
  const good = deploys
    .slice(live + 1)
    .find(({ status, commit }) => status === "deactivated" && commit?.id !== current);
  if (!web || !worker || live < 0 || !good?.commit?.id) {
    throw new DeployToolError("There is no earlier good deploy to go back to.", {
      code: "nothing_to_roll_back",
      exitCode: exitCode.checkFailed,
      fix: "shap-deploy status shows what runs",
    });
  }
  const { id: commit } = good.commit;
  const lines = [`${web.name} back to ${commit.slice(0, 7)}`, `${worker.name} deploys ${commit.slice(0, 7)}`];
  if (dryRun) return lines;
  const backWeb = await api.rollback(web.id, good.id);
  const backWorker = await api.createDeploy(worker.id, commit);
  console.doing(web.name, `going back to ${commit.slice(0, 7)}`);
  await waitForRollback(api, clock, web, backWeb.id, timeout * 60_000);
  console.doing(worker.name, `deploying ${commit.slice(0, 7)}`);
  await waitForRollback(api, clock, worker, backWorker.id, timeout * 60_000);
  return [...lines, "the next push deploys again; revert what was wrong first"];
}
