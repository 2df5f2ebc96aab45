import type { MemorySettings } from "../settings/settings.js";

/** `ok`, `high`: above 75 % of the limit, take no new work; `over`: above the limit. */
export type MemoryLevel = "ok" | "high" | "over";

const HIGH = 0.75;
/** Work begins again well below the mark it stopped at, so that it does not flicker. */
const CALM = 0.7;

/** The level that follows `level` at this resident set size. */
export function nextLevel(level: MemoryLevel, rssBytes: number, limitBytes: number): MemoryLevel {
  if (rssBytes > limitBytes) return "over";
  const mark = level === "ok" ? HIGH : CALM;
  return rssBytes > mark * limitBytes ? "high" : "ok";
}

/**
 * Looks at the process's resident set size each second. Typed arrays lie outside of every cap V8 knows, so only this
 * number tells the truth.
 */
export class MemoryWatch {
  private current: MemoryLevel = "ok";
  private readonly timer: NodeJS.Timeout | undefined;

  /** @param onChange called with the new level whenever it changes */
  constructor(
    private readonly settings: MemorySettings,
    private readonly onChange: (level: MemoryLevel, rssBytes: number) => void = () => {},
    private readonly rss: () => number = () => process.memoryUsage.rss(),
    everyMs = 1000,
  ) {
    if (settings.watch) {
      this.timer = setInterval(() => this.look(), everyMs);
      this.timer.unref();
    }
  }

  get level(): MemoryLevel {
    return this.current;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const rssBytes = this.rss();
    const level = nextLevel(this.current, rssBytes, this.settings.limitBytes);
    if (level === this.current) return;
    this.current = level;
    this.onChange(level, rssBytes);
  }
}
