import { nextWorkerName, parseWorkerName } from "../blueprint/stamp.js";
import { countFindings } from "../checks/finding.js";
import { renderSections } from "../checks/report.js";
import { type DeployDependencies, DeployRun } from "../deploy/deploy-run.js";
import { DeployLock } from "../deploy/lock.js";
import { rollBack } from "../deploy/roll-back.js";
import { runDeploy } from "../deploy/run-deploy.js";
import { type DeployState, StateFile } from "../deploy/state.js";
import { DeployToolError } from "../errors.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import type { CommandContext } from "../terminal/console.js";
import { printableLine } from "../terminal/printable.js";
import { lookAtAll } from "./check.js";
import { openSystem, type System, type SystemOptions } from "./open-system.js";
import { tellProgress } from "./tell-progress.js";
import { verifySystem } from "./verify.js";

export interface DeployOptions extends SystemOptions {
  message: string;
  retire: "delete" | "suspend" | "keep";
  onFailure?: "rollback" | "keep" | "ask";
  restarts: number;
  redisSeconds: number;
  report?: string;
  /** Minutes for the sync and for the deploys. */
  timeout: number;
  breakLock?: boolean;
  dryRun?: boolean;
  yes?: boolean;
}

/** `shap-deploy deploy`: check, stamp, commit, push, sync, wait, verify, retire. */
export async function deploy(options: DeployOptions, context: CommandContext): Promise<ExitCode> {
  const { console } = context;
  const system = await openSystem(context, options);
  if (options.dryRun) return await rehearseWords(system, options, context);
  if (options.breakLock) {
    const broken = await new DeployLock(system.repository, system.target.remote, context.signal).break();
    if (broken)
      console.say(`${console.style("yellow", "!")} the lock of ${printableLine(broken.holder)} is broken`);
  }
  const dependencies = await assemble(system, options, context);
  try {
    const { state, report } = await runDeploy(dependencies);
    console.settle();
    console.say();
    console.say(
      `${console.style("green", "Deployed.")} ${state.webName} and ${state.workerName} run ${state.commit?.slice(0, 7)}`,
    );
    console.document({ command: "deploy", ok: true, exitCode: exitCode.done, deploy: state, report });
    return exitCode.done;
  } catch (error) {
    console.settle();
    context.signal.throwIfAborted();
    throw (await afterFailure(error, dependencies, options, context)) ?? error;
  }
}

/** What a deploy works with; rollback uses the same. */
export async function assemble(
  system: System,
  options: DeployOptions,
  context: CommandContext,
): Promise<DeployDependencies> {
  const { console, clock, signal, environment } = context;
  const { repository, api, target, file } = system;
  return {
    api,
    clock,
    repository,
    target,
    signal,
    stateFile: new StateFile(await repository.privatePath("deploy.json")),
    progress: tellProgress(console),
    settings: {
      file,
      message: options.message,
      retire: options.retire,
      timeout: options.timeout * 60_000,
      ownerId: environment.RENDER_OWNER_ID,
    },
    async check() {
      const sections = await lookAtAll(options, context);
      const findings = sections.flatMap((section) => section.findings);
      if (countFindings(findings).failure > 0) {
        throw new DeployToolError("Not deployed: the check failed.", {
          code: "check_failed",
          exitCode: exitCode.checkFailed,
          lines: renderSections(sections, (_name, text) => text),
          details: { findings },
          fix: "mend what is named, then run shap-deploy deploy again",
        });
      }
      return sections;
    },
    verify: (state) => verifyState(system, state, options, context),
  };
}

function verifyState(system: System, state: DeployState, options: DeployOptions, context: CommandContext) {
  return verifySystem(system, context, {
    restarts: options.restarts,
    redisSeconds: options.redisSeconds,
    report: options.report,
    commit: state.commit ?? "",
    workerName: state.workerName,
    allowedWorkers: (state.previousWorkers ?? []).map(({ name }) => name),
  });
}

/**
 * What --on-failure says is done when the new version does not hold. Before the push there is nothing to take back.
 *
 * @returns the same failure with what was done about it, when something was
 */
async function afterFailure(
  error: unknown,
  dependencies: DeployDependencies,
  options: DeployOptions,
  { console, ask }: CommandContext,
): Promise<DeployToolError | undefined> {
  const isOfTheVersion =
    error instanceof DeployToolError &&
    (error.exitCode === exitCode.deployFailed || error.exitCode === exitCode.verificationFailed);
  const state = await dependencies.stateFile.read();
  if (!isOfTheVersion || !state?.done.push || options.onFailure === "keep") return undefined;
  console.say(`${console.style("red", "✗")} ${printableLine(error.message)}`);
  if (!(await wantsRollback(options, ask))) return undefined;
  console.say("Bringing the previous version back.");
  const done = await rollBack(new DeployRun(dependencies, state), error.message);
  return new DeployToolError(error.message, {
    code: error.code,
    exitCode: error.exitCode,
    lines: error.lines,
    details: { ...error.details, rolledBack: done },
    fix: "the previous version runs again; mend the cause, commit, and run shap-deploy deploy",
    cause: error,
  });
}

async function wantsRollback(
  { onFailure, yes }: DeployOptions,
  ask: CommandContext["ask"],
): Promise<boolean> {
  if (onFailure === "rollback") return true;
  if (yes || !ask) return true;
  return !/^n/i.test((await ask("Bring the previous version back? [Y/n] ")).trim());
}

/** --dry-run: what would be done, with nothing done. */
async function rehearseWords(
  system: System,
  options: DeployOptions,
  { console, clock }: CommandContext,
): Promise<ExitCode> {
  const { api, owner, roles, target, repository } = system;
  const before = roles.worker.service.name;
  const parsed = parseWorkerName(before);
  const taken = (await api.services(owner.id)).map(({ name }) => name);
  const after = nextWorkerName(parsed?.base ?? "shap", new Date(clock.now()), [...taken, before]);
  const would = [
    `write the name ${after} in place of ${before} in ${system.file}`,
    `commit it as "${options.message.replaceAll("{worker}", after)}"`,
    `push to ${await repository.shownRemoteUrl(target.remote)} ${target.branch}`,
    `wait for the sync of ${system.connected.name} in ${owner.name}`,
    `wait until ${roles.web.service.name} and ${after} are live, and verify them`,
    options.retire === "keep" ? `leave ${before} running` : `${options.retire} ${before}`,
  ];
  console.say("A deploy would:");
  for (const line of would) console.say(`  - ${printableLine(line)}`);
  console.document({
    command: "deploy",
    ok: true,
    exitCode: exitCode.done,
    dryRun: true,
    would,
    workerName: after,
  });
  return exitCode.done;
}
