import { Command, Option } from "commander";
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
    .command("check")
    .description("look at everything that can be known before a deploy; each finding with its fix")
    .addOption(fileOption())
    .option("--strict", "count warnings as failures")
    .addOption(jsonOption())
    .addOption(verboseOption())
    .action((options) =>
      run(async (context) => (await import("./commands/check.js")).check(options, context), options),
    );

  return program;
}

const fileOption = () => new Option("-f, --file <path>", "the Blueprint").default("render.yaml");
const jsonOption = () => new Option("--json", "one JSON document on stdout; progress goes to stderr");
const verboseOption = () => new Option("-v, --verbose", "say more on the way");

const exitCodeHelp = `
Exit codes: 0 done, 1 unexpected, 2 usage or configuration, 3 check failed, 4 deploy failed,
5 superseded or cancelled, 6 timed out, 7 verification failed, 8 Render refused.
`;
