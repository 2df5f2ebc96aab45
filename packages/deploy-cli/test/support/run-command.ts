import { run } from "../../src/run.js";

class Sink {
  text = "";
  isTTY = false;
  write(text: string): void {
    this.text += text;
  }
}

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command line of shap-deploy in this process, as main.ts does. */
export async function runCommand(
  args: string[],
  options: {
    folder?: string;
    environment?: NodeJS.ProcessEnv;
    signal?: AbortSignal;
    timeScale?: number;
  } = {},
): Promise<CommandResult> {
  const stdout = new Sink();
  const stderr = new Sink();
  const code = await run(args, {
    folder: options.folder ?? process.cwd(),
    environment: options.environment ?? {},
    stdout,
    stderr,
    signal: options.signal ?? new AbortController().signal,
    version: "0.0.0-test",
    timeScale: options.timeScale,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}
