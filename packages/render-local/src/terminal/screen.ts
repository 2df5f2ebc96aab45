import { stripVTControlCharacters, styleText } from "node:util";
import type { RenderLocal } from "../render-local.js";
import type { LogLine } from "../workspace/log-store.js";
import { statusTable } from "./status-table.js";

const colours = ["cyan", "magenta", "yellow", "green", "blue", "red"] as const;
const refreshMilliseconds = 500;

/** What `up` shows: log lines, each with the name of its service in a colour, and on a terminal a live table below. */
export class Screen {
  readonly #onLine = (line: LogLine): void => this.#writeLog(line);
  #timer: NodeJS.Timeout | undefined;
  #tableHeight = 0;

  constructor(
    private readonly local: RenderLocal,
    private readonly options: { isLive: boolean; output?: NodeJS.WriteStream },
  ) {}

  start(): void {
    this.local.logs.on("line", this.#onLine);
    if (!this.options.isLive) return;
    this.#timer = setInterval(() => this.#draw(""), refreshMilliseconds);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.local.logs.off("line", this.#onLine);
  }

  say(text: string): void {
    this.#draw(`${text}\n`);
  }

  get #output(): NodeJS.WriteStream {
    return this.options.output ?? process.stdout;
  }

  #writeLog({ message, labels }: LogLine): void {
    if (labels.type === "request") return;
    const names = [...this.local.services, ...this.local.keyValues, this.local.blueprint];
    const index = names.findIndex(({ id }) => id === labels.resource);
    const name = (names[index]?.name ?? labels.resource).padEnd(16);
    const prefix = this.options.isLive ? styleText(colours[index % colours.length] ?? "white", name) : name;
    // A program's own control characters would move the cursor out of the table.
    const text = this.options.isLive ? stripVTControlCharacters(message) : message;
    this.#draw(`${prefix} | ${text}\n`);
  }

  /** Takes the table away, writes `text` in its place and draws the table below it. */
  #draw(text: string): void {
    if (!this.options.isLive) {
      this.#output.write(text);
      return;
    }
    const clear = this.#tableHeight > 0 ? `\u001b[${this.#tableHeight}A\u001b[0J` : "";
    const width = this.#output.columns ?? 80;
    const lines = statusTable(this.local).map((line) => line.slice(0, width - 1));
    this.#tableHeight = lines.length;
    this.#output.write(`${clear}${text}${lines.join("\n")}\n`);
  }
}
