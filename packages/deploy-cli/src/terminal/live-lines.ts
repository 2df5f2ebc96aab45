import type { Output } from "./console.js";
import type { Style } from "./style.js";

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const frameMilliseconds = 100;
const clearLine = "\u001b[2K";

/** `1:05`: how long something has been going on. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Lines at the foot of a terminal that are written again in place: one for each service that something happens to. */
export class LiveLines {
  readonly #lines = new Map<string, { text: string; since: number }>();
  #height = 0;
  #frame = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly output: Output,
    private readonly style: Style,
    private readonly now: () => number = Date.now,
  ) {}

  set(name: string, text: string): void {
    const line = this.#lines.get(name);
    if (line) line.text = text;
    else this.#lines.set(name, { text, since: this.now() });
    this.#timer ??= setInterval(() => {
      this.#frame += 1;
      this.draw();
    }, frameMilliseconds).unref();
    this.draw();
  }

  /** Takes all lines away; what was printed stays. */
  clear(): void {
    this.#lines.clear();
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#erase();
  }

  /** Writes a line that stays, above the live ones. */
  print(line: string): void {
    this.#erase();
    this.output.write(`${line}\n`);
    this.draw();
  }

  draw(): void {
    if (this.#lines.size === 0) return;
    this.#erase();
    const width = Math.max(20, (this.output.columns ?? 80) - 1);
    const names = Math.max(...[...this.#lines.keys()].map((name) => name.length));
    const rows = [...this.#lines].map(([name, { text, since }]) => {
      const time = elapsed(this.now() - since).padStart(6);
      const room = Math.max(0, width - names - 12);
      const spinner = this.style("cyan", frames[this.#frame % frames.length]);
      return `${spinner} ${name.padEnd(names)} ${this.style("dim", time)}  ${text.slice(0, room)}`;
    });
    this.output.write(`${rows.join("\n")}\n`);
    this.#height = rows.length;
  }

  #erase(): void {
    if (this.#height === 0) return;
    this.output.write(
      `\u001b[${this.#height}A${`${clearLine}\n`.repeat(this.#height)}\u001b[${this.#height}A`,
    );
    this.#height = 0;
  }
}
