import { writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { usageError } from "../errors.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import type { CommandContext } from "../terminal/console.js";
import { renderProofs, reportMarkdown, type VerificationReport } from "../verify/report.js";
import { runVerification } from "../verify/run-verification.js";
import { findSubject, type Subject } from "../verify/subject.js";
import { listModelFiles, modelFolder, sampleModel } from "./model-files.js";
import { openSystem, type System, type SystemOptions } from "./open-system.js";

export interface VerifyOptions extends SystemOptions {
  /** The commit that should run; default: what the remote's branch is at. */
  commit?: string;
  restarts: number;
  redisSeconds: number;
  /** Where to write the report: `.json` as JSON, else Markdown. */
  report?: string;
}

/** `shap-deploy verify`: proves the running system from the outside. */
export async function verify(options: VerifyOptions, context: CommandContext): Promise<ExitCode> {
  const { console } = context;
  const system = await openSystem(context, options);
  const commit = options.commit ?? (await system.repository.remoteHead(system.target));
  if (commit === undefined) {
    throw usageError(
      `${system.target.remote} has no branch ${system.target.branch}.`,
      "no_remote_branch",
      "git push",
    );
  }
  const report = await verifySystem(system, context, { ...options, commit });
  console.say();
  console.say(
    report.ok
      ? `${console.style("green", "Verified.")} ${report.url} runs ${report.commit.slice(0, 7)}`
      : console.style("red", "Not verified."),
  );
  const code = report.ok ? exitCode.done : exitCode.verificationFailed;
  console.document({ command: "verify", ok: report.ok, exitCode: code, report });
  return code;
}

export interface VerifySystemOptions extends Pick<VerifyOptions, "restarts" | "redisSeconds" | "report"> {
  commit: string;
  workerName?: string;
  allowedWorkers?: readonly string[];
  /** What happened before is not this version's; default: the start of its deploys. */
  since?: Date;
}

/** The proofs, told as they come in, and written to the report's file. */
export async function verifySystem(
  system: System,
  context: CommandContext,
  options: VerifySystemOptions,
): Promise<VerificationReport> {
  const { console, folder } = context;
  const subject = await openSubject(system, context, options);
  const report = await runVerification(subject, {
    restarts: options.restarts,
    onProof(proof) {
      console.settle();
      for (const line of renderProofs({ proofs: [proof] }, console.style, true)) console.say(line);
    },
  });
  if (options.report) {
    const path = isAbsolute(options.report) ? options.report : join(folder, options.report);
    const text = path.endsWith(".json")
      ? `${JSON.stringify(report, undefined, 2)}\n`
      : reportMarkdown(report);
    await writeFile(path, console.secrets.hide(text));
  }
  return report;
}

/** The running system with all that the proofs need to know of it. */
export async function openSubject(
  system: System,
  { console, clock, environment, signal }: CommandContext,
  options: VerifySystemOptions,
): Promise<Subject> {
  const { api, owner, roles } = system;
  const names = {
    ownerId: owner.id,
    webName: roles.web.service.name,
    workerName: options.workerName ?? roles.worker.service.name,
    keyValueName: roles.keyValue?.service.name,
  };
  const found = await findSubject(api, clock, names, console.secrets, environment.SHAP_API_KEY, signal);
  const starts = await Promise.all(
    [found.web, found.worker].map(async ({ id }) => {
      const live = (await api.deploys(id)).find(({ status }) => status === "live");
      return new Date(live?.startedAt ?? live?.createdAt ?? 0);
    }),
  );
  const subject: Subject = {
    ...found,
    commit: options.commit,
    since: options.since ?? new Date(Math.min(...starts.map(Number))),
    modelFiles: [...(await listModelFiles(modelFolder(system))), join(system.repository.folder, sampleModel)],
    allowedWorkers: options.allowedWorkers ?? [],
    watchSeconds: options.redisSeconds,
    // Off a terminal a line for every look would bury the proofs.
    say: (doing) => (console.isLive ? console.doing("verify", doing) : console.detail(doing)),
  };
  return subject;
}
