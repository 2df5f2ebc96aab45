import type { Clock } from "../clock.js";
import { printable } from "./printable.js";
import { Secrets } from "./secrets.js";
import { plain, type Style, styleFor } from "./style.js";

export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** What a command is given of the world it runs in. Tests give their own. */
export interface CommandContext {
  folder: string;
  environment: NodeJS.ProcessEnv;
  console: Console;
  clock: Clock;
  /** Aborted by Ctrl-C: what was begun is left so that it can go on. */
  signal: AbortSignal;
}

/**
 * The two streams of a command. With `json`, stdout carries one document and nothing else, and all that is said
 * on the way goes to stderr. Secrets never pass.
 */
export class Console {
  readonly secrets = new Secrets();
  readonly style: Style;

  constructor(
    readonly stdout: Output,
    readonly stderr: Output,
    readonly options: { json?: boolean; verbose?: boolean; environment?: NodeJS.ProcessEnv } = {},
  ) {
    const stream = options.json ? stderr : stdout;
    this.style = options.environment ? styleFor(stream, options.environment) : plain;
  }

  get json(): boolean {
    return this.options.json === true;
  }

  /** Says a line to people. The text may carry styles; what comes from outside goes through `printable` before. */
  say(line = ""): void {
    const stream = this.json ? this.stderr : this.stdout;
    stream.write(`${this.secrets.hide(line)}\n`);
  }

  /** Says a line about an error: always to stderr. */
  complain(line: string): void {
    this.stderr.write(`${this.secrets.hide(line)}\n`);
  }

  /** Says a line only with --verbose. */
  detail(line: string): void {
    if (this.options.verbose) this.say(this.style("dim", printable(line)));
  }

  /** The one document of --json. */
  document(value: unknown): void {
    if (this.json) this.stdout.write(`${this.secrets.hide(JSON.stringify(value, undefined, 2))}\n`);
  }
}
