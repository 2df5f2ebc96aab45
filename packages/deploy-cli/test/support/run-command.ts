import { run } from "../../src/run.js";

class Sink {
  text = "";
  columns = 100;
  constructor(
    readonly isTTY: boolean,
    private readonly onOutput?: (text: string) => void,
  ) {}
  write(text: string): void {
    this.text += text;
    this.onOutput?.(text);
  }
}

export interface CommandOptions {
  folder?: string;
  environment?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  timeScale?: number;
  /** Milliseconds for one answer of Render; default 30,000. */
  answerTimeout?: number;
  ask?: (question: string) => Promise<string>;
  /** Whether both streams are a terminal, with colours and lines that change; default no. */
  isTerminal?: boolean;
  /** Called at each piece of either stream, while the command runs. */
  onOutput?: (text: string) => void;
}

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command line of shap-deploy in this process, as main.ts does. */
export async function runCommand(args: string[], options: CommandOptions = {}): Promise<CommandResult> {
  const stdout = new Sink(options.isTerminal === true, options.onOutput);
  const stderr = new Sink(options.isTerminal === true, options.onOutput);
  const code = await run(args, {
    folder: options.folder ?? process.cwd(),
    environment: options.environment ?? {},
    stdout,
    stderr,
    signal: options.signal ?? new AbortController().signal,
    version: "0.0.0-test",
    timeScale: options.timeScale,
    answerTimeout: options.answerTimeout,
    ask: options.ask,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}
