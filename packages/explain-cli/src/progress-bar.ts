const WIDTH = 30;

/** A line on a terminal that is written over; silent where there is no terminal. */
export class ProgressBar {
  private shown = 0;

  constructor(
    private readonly stream: { readonly isTTY?: boolean; write(text: string): unknown },
    private readonly wanted = true,
    private readonly now: () => number = Date.now,
    private readonly started = now(),
  ) {}

  private get visible(): boolean {
    return this.wanted && this.stream.isTTY === true;
  }

  /** @param fraction 0 to 1; undefined where the end is not known */
  update(rows: number, fraction: number | undefined): void {
    // Ten times a second is enough for eyes.
    if (!this.visible || this.now() - this.shown < 100) return;
    this.shown = this.now();
    this.stream.write(`\r\u001b[2K${this.line(rows, fraction)}`);
  }

  done(rows: number): void {
    if (!this.visible) return;
    this.stream.write(`\r\u001b[2K${this.line(rows, 1)}\n`);
  }

  /** Leaves the line free for a message. */
  clear(): void {
    if (this.visible && this.shown > 0) this.stream.write("\r\u001b[2K");
  }

  private line(rows: number, fraction: number | undefined): string {
    const seconds = Math.max(0.001, (this.now() - this.started) / 1000);
    const rate = `${rows.toLocaleString("en-US")} rows, ${Math.round(rows / seconds).toLocaleString("en-US")}/s`;
    if (fraction === undefined) return rate;
    const filled = Math.min(WIDTH, Math.floor(fraction * WIDTH));
    const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
    return `${bar} ${Math.floor(Math.min(1, fraction) * 100)} % · ${rate}`;
  }
}
