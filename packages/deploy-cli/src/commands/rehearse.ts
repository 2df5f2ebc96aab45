import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { Clock } from "../clock.js";
import { runDeploy } from "../deploy/run-deploy.js";
import { DeployToolError } from "../errors.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import { git } from "../git/git.js";
import { Repository } from "../git/repository.js";
import { breakOnPurpose } from "../rehearsal/break-on-purpose.js";
import { buildMilliseconds } from "../rehearsal/build-time.js";
import type { CommandContext } from "../terminal/console.js";
import { elapsed } from "../terminal/live-lines.js";
import { printableLine } from "../terminal/printable.js";
import { renderProofs, reportMarkdown, type VerificationReport } from "../verify/report.js";
import { assemble, type DeployOptions } from "./deploy.js";
import { openSystem } from "./open-system.js";
import { openSubject } from "./verify.js";

export interface RehearseOptions {
  file: string;
  restarts: number;
  chaos?: boolean;
  timeScale: number;
  report?: string;
}

const rehearsalBranch = "main";
// Waits are scaled, builds are not: they take as long as they take.
const timeoutMinutes = 24 * 60;

/** `shap-deploy rehearse`: the whole deploy and verification against Render on this computer. */
export async function rehearse(options: RehearseOptions, context: CommandContext): Promise<ExitCode> {
  const { console, folder, signal } = context;
  const repository = await Repository.open(folder, signal);
  const changes = await repository.changes();
  if (changes.length > 0) {
    console.say(
      `${console.style("yellow", "!")} ${changes.length} changed file(s) are not committed: the last commit is rehearsed`,
    );
  }
  const parent = await realpath(await mkdtemp(join(tmpdir(), "shap-rehearsal-")));
  const { startRenderLocal } = await import("render-local");
  const closing: (() => Promise<unknown>)[] = [
    () => rm(parent, { recursive: true, force: true, maxRetries: 5 }),
  ];
  try {
    const clone = await cloneOf(repository, parent, signal);
    const begun = Date.now();
    console.doing("render-local", "starting and building the present commit");
    const local = await startRenderLocal({
      repo: clone,
      workFolder: parent,
      timeScale: options.timeScale,
      blueprint: options.file,
    });
    closing.push(() => local.stop());
    await git(clone, ["remote", "set-url", "origin", local.gitUrl]);
    await liveOrExplain(() => local.whenLive(), signal);
    console.settle();
    console.say(
      `${console.style("green", "✓")} up       ${console.style("dim", elapsed(Date.now() - begun))}  Render on this computer runs the present commit`,
    );

    const report = await deployThere(
      options,
      {
        ...context,
        folder: clone,
        clock: new Clock(options.timeScale, signal),
        environment: {
          ...context.environment,
          RENDER_API_KEY: local.apiKey,
          RENDER_API_URL: local.apiUrl,
          RENDER_OWNER_ID: undefined,
          SHAP_API_KEY: undefined,
        },
      },
      local,
    );
    if (options.report) {
      const path = isAbsolute(options.report) ? options.report : join(folder, options.report);
      await writeFile(
        path,
        path.endsWith(".json") ? `${JSON.stringify(report, undefined, 2)}\n` : reportMarkdown(report),
      );
    }
    const all = Date.now() - begun;
    const builds = buildMilliseconds(local.events.all);
    console.say();
    console.say(
      `${report.ok ? console.style("green", "Rehearsed.") : console.style("red", "The rehearsal failed.")} ${elapsed(all - builds)}, and ${elapsed(builds)} of builds`,
    );
    const code = report.ok ? exitCode.done : exitCode.verificationFailed;
    const seconds = { withoutBuilds: (all - builds) / 1000, builds: builds / 1000 };
    console.document({ command: "rehearse", ok: report.ok, exitCode: code, seconds, report });
    return code;
  } finally {
    console.settle();
    for (const close of closing.reverse()) await close();
  }
}

/** The commit of this repository in a clone of its own: the rehearsal's stamp stays there. */
async function cloneOf(repository: Repository, parent: string, signal: AbortSignal): Promise<string> {
  const clone = join(parent, "repository");
  await git(parent, ["clone", "--quiet", "--no-checkout", "--", repository.folder, clone], { signal });
  await git(clone, ["checkout", "--quiet", "-B", rehearsalBranch, await repository.head()], { signal });
  await git(clone, ["branch", "--quiet", "--unset-upstream"], { signal }).catch(() => undefined);
  for (const [key, value] of [
    ["user.name", "shap-deploy rehearse"],
    ["user.email", "shap-deploy@localhost"],
    ["commit.gpgsign", "false"],
    ["core.hooksPath", "/dev/null"],
  ]) {
    await git(clone, ["config", key, value], { signal });
  }
  return clone;
}

async function deployThere(
  options: RehearseOptions,
  context: CommandContext,
  local: import("render-local").RenderLocal,
): Promise<VerificationReport> {
  const { console } = context;
  const system = await openSystem(context, { file: options.file, branch: rehearsalBranch });
  const deployOptions: DeployOptions = {
    file: options.file,
    branch: rehearsalBranch,
    message: "Deploy {worker}",
    retire: "delete",
    restarts: options.restarts,
    redisSeconds: 60,
    timeout: timeoutMinutes,
  };
  const { state, report } = await runDeploy(await assemble(system, deployOptions, context));
  if (!report) throw new Error("the rehearsal's deploy was not verified");
  if (!options.chaos) return report;
  const subject = await openSubject(system, context, {
    commit: state.commit ?? "",
    workerName: state.workerName,
    redisSeconds: 60,
    restarts: 0,
  });
  const more = await breakOnPurpose(local, subject, (proof) => {
    console.settle();
    for (const line of renderProofs({ proofs: [proof] }, console.style, true)) console.say(line);
  });
  const proofs = [...report.proofs, ...more];
  return {
    ...report,
    proofs,
    ok: proofs.every(({ state: result }) => result !== "failed"),
    finishedAt: new Date().toISOString(),
  };
}

async function liveOrExplain(wait: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const stopped = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  try {
    await Promise.race([wait(), stopped]);
  } catch (cause) {
    signal.throwIfAborted();
    throw new DeployToolError("The present commit does not come up on this computer.", {
      code: "rehearsal_start",
      exitCode: exitCode.deployFailed,
      lines: (cause as Error).message.split("\n").map(printableLine),
      cause,
    });
  }
}
