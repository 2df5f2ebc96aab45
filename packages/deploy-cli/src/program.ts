import { Command, InvalidArgumentError, Option } from "commander";
import type { ExitCode } from "./exit-code.js";
import type { CommandContext } from "./terminal/console.js";

/** How a command's module is reached: only the one that runs is loaded, so `--help` stays quick. */
export type RunCommand = (
  action: (context: CommandContext) => Promise<ExitCode>,
  options: { json?: boolean; verbose?: boolean },
) => Promise<void>;

/** The command line of shap-deploy. */
export function createProgram(version: string, run: RunCommand): Command {
  const program = new Command("shap-deploy")
    .description("Check, deploy, verify and repair the SHAP service on Render.")
    .version(version)
    .showHelpAfterError("(shap-deploy --help shows how)")
    .addHelpText("after", exitCodeHelp);

  program
    .command("init")
    .description("write a render.yaml for web, worker and Key Value, and say what comes next")
    .addOption(fileOption())
    .option("--base <name>", "what the services' names begin with", "shap")
    .addOption(
      new Option("--region <name>", "where everything runs")
        .choices(["oregon", "ohio", "virginia", "frankfurt", "singapore"])
        .default("oregon"),
    )
    .option("--force", "write over a file that is there")
    .addOption(dryRunOption())
    .addOption(jsonOption())
    .action((options) =>
      run(async (context) => (await import("./commands/init.js")).init(options, context), options),
    );

  program
    .command("check")
    .description("look at everything that can be known before a deploy; each finding with its fix")
    .addOption(fileOption())
    .addOption(remoteOption())
    .addOption(branchOption())
    .option("--local", "look at this computer only: Blueprint, repository, models")
    .option("--build", "run the repository's build and tests, too")
    .option("--strict", "count warnings as failures")
    .addOption(jsonOption())
    .addOption(verboseOption())
    .action((options) =>
      run(async (context) => (await import("./commands/check.js")).check(options, context), options),
    );

  program
    .command("deploy")
    .description(
      "check, stamp the worker's name, commit, push, wait, verify, retire the old worker; resumable",
    )
    .addOption(fileOption())
    .addOption(remoteOption())
    .addOption(branchOption())
    .option(
      "-m, --message <text>",
      "message of the stamp's commit; {worker} is the new name",
      "Deploy {worker}",
    )
    .addOption(
      new Option("--retire <how>", "what becomes of the previous worker")
        .choices(["delete", "suspend", "keep"])
        .default("delete"),
    )
    .addOption(
      new Option(
        "--on-failure <what>",
        "when the new version does not hold; default: ask, or rollback where nobody sits",
      ).choices(["rollback", "keep", "ask"]),
    )
    .addOption(restartsOption())
    .addOption(redisOption())
    .addOption(reportOption())
    .addOption(timeoutOption())
    .option("--break-lock", "take the lock away from a deploy that is surely dead")
    .addOption(dryRunOption())
    .addOption(yesOption())
    .addOption(jsonOption())
    .addOption(verboseOption())
    .action((options) =>
      run(async (context) => (await import("./commands/deploy.js")).deploy(options, context), options),
    );

  program
    .command("verify")
    .description("prove the running system from the outside: six proofs with figures")
    .addOption(fileOption())
    .addOption(remoteOption())
    .addOption(branchOption())
    .option("--commit <id>", "the commit that should run; default: where the remote's branch is")
    .addOption(restartsOption())
    .addOption(redisOption())
    .addOption(reportOption())
    .addOption(jsonOption())
    .addOption(verboseOption())
    .action((options) =>
      run(async (context) => (await import("./commands/verify.js")).verify(options, context), options),
    );

  program
    .command("rollback")
    .description("take an unfinished deploy back, or go back to the last good one")
    .addOption(fileOption())
    .addOption(remoteOption())
    .addOption(branchOption())
    .addOption(timeoutOption())
    .addOption(dryRunOption())
    .addOption(jsonOption())
    .addOption(verboseOption())
    .action((options) =>
      run(async (context) => (await import("./commands/rollback.js")).rollback(options, context), options),
    );

  program
    .command("status")
    .description("what runs where: services, commits, workers, the Blueprint, orphans, who deploys")
    .addOption(fileOption())
    .addOption(remoteOption())
    .addOption(branchOption())
    .addOption(jsonOption())
    .addOption(verboseOption())
    .action((options) =>
      run(async (context) => (await import("./commands/status.js")).status(options, context), options),
    );

  program
    .command("logs")
    .description("the logs of web, worker and Key Value, merged; with --json a document a line")
    .addOption(fileOption())
    .addOption(remoteOption())
    .addOption(branchOption())
    .option("--since <when>", "15m, 2h, 1d, or a date", "1h")
    .addOption(
      new Option("-n, --lines <n>", "the newest so many").default(100).argParser(wholeNumber(1, 10_000)),
    )
    .option("--text <pattern>", "only lines with this text")
    .addOption(new Option("--service <which>", "only this one").choices(["web", "worker", "key-value"]))
    .option("--follow", "go on until Ctrl-C")
    .addOption(jsonOption())
    .addOption(verboseOption())
    .action((options) =>
      run(async (context) => (await import("./commands/logs.js")).logs(options, context), options),
    );

  program
    .command("prune")
    .description(
      "show worker services that are left over, with age and cost, and delete them after one confirmation",
    )
    .addOption(fileOption())
    .addOption(remoteOption())
    .addOption(branchOption())
    .addOption(dryRunOption())
    .addOption(yesOption())
    .addOption(jsonOption())
    .addOption(verboseOption())
    .action((options) =>
      run(async (context) => (await import("./commands/prune.js")).prune(options, context), options),
    );

  program
    .command("fix-collision")
    .description(
      "explain every worker registration, clear the dead ones, give the worker a fresh name where asked",
    )
    .addOption(fileOption())
    .addOption(remoteOption())
    .addOption(branchOption())
    .option("--fresh-name", "deploy with a fresh name for the worker's service")
    .addOption(dryRunOption())
    .addOption(yesOption())
    .addOption(jsonOption())
    .addOption(verboseOption())
    .action((options) =>
      run(
        async (context) => (await import("./commands/fix-collision.js")).fixCollision(options, context),
        options,
      ),
    );

  program
    .command("rehearse")
    .description("the whole deploy and verification against Render on this computer (render-local)")
    .addOption(fileOption())
    .addOption(
      new Option("--restarts <n>", "restart web and worker so many times")
        .default(3)
        .argParser(wholeNumber(0, 20)),
    )
    .option("--chaos", "break it on purpose, too: kill the worker, kill Redis, out of memory")
    .addOption(
      new Option("--time-scale <n>", "real seconds per second of Render's waits")
        .default(0.05)
        .argParser(timeScale),
    )
    .addOption(reportOption())
    .addOption(jsonOption())
    .addOption(verboseOption())
    .action((options) =>
      run(async (context) => (await import("./commands/rehearse.js")).rehearse(options, context), options),
    );

  return program;
}

const remoteOption = () =>
  new Option("--remote <name>", "the git remote; default: where this branch is pushed to");
const branchOption = () =>
  new Option("--branch <name>", "the remote's branch; default: where this branch is pushed to");
const dryRunOption = () => new Option("--dry-run", "say what would be done, and do nothing");
const yesOption = () => new Option("-y, --yes", "ask nothing");
const reportOption = () =>
  new Option("--report <path>", "write the verification's report: Markdown, or JSON for .json");
const restartsOption = () =>
  new Option("--restarts <n>", "restart web and worker so many times, and prove it holds")
    .default(0)
    .argParser(wholeNumber(0, 20));
const redisOption = () =>
  new Option("--redis-seconds <n>", "how long Redis is watched").default(60).argParser(wholeNumber(5, 3600));
const timeoutOption = () =>
  new Option("--timeout <minutes>", "longest wait for the sync, and for the deploys")
    .default(30)
    .argParser(wholeNumber(1, 240));

/** A parser of an option's number. */
function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`A whole number from ${least} to ${most} is needed.`);
  };
}

const fileOption = () => new Option("-f, --file <path>", "the Blueprint").default("render.yaml");
const jsonOption = () => new Option("--json", "one JSON document on stdout; progress goes to stderr");
const verboseOption = () => new Option("-v, --verbose", "say more on the way");

const exitCodeHelp = `
Exit codes: 0 done, 1 unexpected, 2 usage or configuration, 3 check failed, 4 deploy failed,
5 superseded or cancelled, 6 timed out, 7 verification failed, 8 Render refused.
`;

function timeScale(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 1) return number;
  throw new InvalidArgumentError("A number above 0 and at most 1 is needed.");
}
