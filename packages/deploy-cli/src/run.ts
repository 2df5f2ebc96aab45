import { CommanderError } from "commander";
import { Clock } from "./clock.js";
import { DeployToolError } from "./errors.js";
import { type ExitCode, exitCode } from "./exit-code.js";
import { createProgram } from "./program.js";
import { type CommandContext, Console, type Output } from "./terminal/console.js";
import { printable } from "./terminal/printable.js";

export interface RunOptions {
  folder: string;
  environment: NodeJS.ProcessEnv;
  stdout: Output;
  stderr: Output;
  signal: AbortSignal;
  version: string;
  /** Real seconds per second of waiting; default 1. Against render-local's scaled time it is that scale. */
  timeScale?: number;
  /** Milliseconds for one answer of Render; default 30,000. */
  answerTimeout?: number;
  /** Asks who sits there; absent where nobody does. */
  ask?: (question: string) => Promise<string>;
}

/** Runs one command line and gives its exit code. Never throws: an end that was not foreseen is code 1. */
export async function run(args: readonly string[], options: RunOptions): Promise<ExitCode> {
  const { stdout, stderr, environment } = options;
  let code: ExitCode = exitCode.done;
  const program = createProgram(options.version, async (action, flags) => {
    const console = new Console(stdout, stderr, { ...flags, environment });
    console.secrets.add(environment.RENDER_API_KEY);
    console.secrets.add(environment.SHAP_API_KEY);
    const { folder, signal, timeScale, answerTimeout, ask } = options;
    const clock = new Clock(timeScale, signal);
    const context: CommandContext = { folder, environment, console, clock, signal, answerTimeout, ask };
    try {
      code = await action(context);
    } catch (error) {
      code = report(error, console, options.signal);
    }
  });
  const output = {
    writeOut: (text: string) => void stdout.write(text),
    writeErr: (text: string) => void stderr.write(printable(text)),
  };
  for (const command of [program, ...program.commands]) command.exitOverride().configureOutput(output);
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has already written its message; showing help on request is no error.
    code = error.exitCode === 0 ? exitCode.done : exitCode.usage;
  }
  return code;
}

/** Shows how a command ended, to people and to programs. */
function report(thrown: unknown, console: Console, signal: AbortSignal): ExitCode {
  const error = signal.aborted ? stopped(thrown) : thrown;
  const foreseen = error instanceof DeployToolError ? error : undefined;
  const code = foreseen?.exitCode ?? exitCode.unexpected;
  const message = error instanceof Error ? error.message : String(error);
  const line = `${console.style("red", "✗")} ${printable(message)}`;
  console.complain(line);
  for (const detail of foreseen?.lines ?? [])
    console.complain(`  ${console.style("dim", printable(detail))}`);
  if (foreseen?.fix) console.complain(`  ${console.style("cyan", `→ ${printable(foreseen.fix)}`)}`);
  if (!foreseen) {
    const stack = error instanceof Error ? error.stack?.split("\n").slice(1).join("\n") : undefined;
    if (stack) console.complain(console.style("dim", printable(stack)));
  }
  console.document({
    ok: false,
    exitCode: code,
    error: { code: foreseen?.code ?? "unexpected", message, fix: foreseen?.fix, ...foreseen?.details },
  });
  return code;
}

function stopped(cause: unknown): DeployToolError {
  return new DeployToolError("Stopped.", {
    code: "stopped",
    exitCode: exitCode.superseded,
    fix: "run the same command again: it goes on where it was",
    cause,
  });
}
