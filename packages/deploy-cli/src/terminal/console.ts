import type { Clock } from "../clock.js";
import { LiveLines } from "./live-lines.js";
import { printable, printableJson, printableLine } from "./printable.js";
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
  /** Milliseconds for one answer of Render; default 30,000. */
  answerTimeout?: number;
  /** Asks who sits there, and gives the answer; absent where nobody does. */
  ask?: (question: string) => Promise<string>;
}

export interface ConsoleOptions {
  json?: boolean;
  verbose?: boolean;
  environment?: NodeJS.ProcessEnv;
}

/**
 * The two streams of a command. With `json`, stdout carries one document and nothing else, and all that is said
 * on the way goes to stderr. Secrets never pass.
 */
export class Console {
  readonly secrets = new Secrets();
  readonly style: Style;
  readonly #live: LiveLines | undefined;
  readonly #told = new Map<string, string>();

  constructor(
    readonly stdout: Output,
    readonly stderr: Output,
    readonly options: ConsoleOptions = {},
  ) {
    const stream = options.json ? stderr : stdout;
    const environment = options.environment ?? {};
    this.style = options.environment ? styleFor(stream, environment) : plain;
    const isLive = stream.isTTY === true && environment.TERM !== "dumb" && !environment.CI;
    this.#live = isLive ? new LiveLines(stream, this.style) : undefined;
  }

  get json(): boolean {
    return this.options.json === true;
  }

  /** Whether lines that change are shown. */
  get isLive(): boolean {
    return this.#live !== undefined;
  }

  /** Says a line to people. The text may carry styles; what comes from outside goes through `printable` before. */
  say(line = ""): void {
    const hidden = this.secrets.hide(line);
    if (this.#live) this.#live.print(hidden);
    else (this.json ? this.stderr : this.stdout).write(`${hidden}\n`);
  }

  /** Says a line about an error: always to stderr. */
  complain(line: string): void {
    this.#live?.clear();
    this.stderr.write(`${this.secrets.hide(line)}\n`);
  }

  /** Says a line only with --verbose. */
  detail(line: string): void {
    if (this.options.verbose) this.say(this.style("dim", printable(line)));
  }

  /** What something is doing now: one line that changes on a terminal, a line at each change elsewhere. */
  doing(name: string, text: string): void {
    const line = this.secrets.hide(printableLine(text));
    if (this.#live) this.#live.set(printableLine(name), line);
    else if (this.#told.get(name) !== line) {
      this.#told.set(name, line);
      this.say(`  ${printableLine(name)}: ${line}`);
    }
  }

  /** Nothing is going on any more: the changing lines go. */
  settle(): void {
    this.#live?.clear();
    this.#told.clear();
  }

  /** The one document of --json. */
  document(value: unknown): void {
    if (this.json) this.stdout.write(`${this.secrets.hide(printableJson(value, 2))}\n`);
  }
}
