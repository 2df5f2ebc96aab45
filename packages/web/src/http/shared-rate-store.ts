import type { RequestCounts } from "@shap-service/jobs";
import type { IncrementResponse, Store } from "express-rate-limit";

const WINDOW_MS = 60_000;
/** How long after a request the other processes hear of it. */
const TELL_AFTER_MS = 250;

interface Count {
  /** Requests this process has seen in the window. */
  own: number;
  /** How many of them it has told. */
  told: number;
  /** Requests the other processes had told when it last asked. */
  others: number;
}

/**
 * Counts requests here at once, and a few times a second with the other processes: a request never waits for Redis, and
 * costs it nothing. The limit may be passed by what the others see in a quarter of a second. While Redis is away each
 * process holds callers to the limit by itself.
 *
 * Windows are the minutes of the clock, so that all processes count in the same one.
 */
export class SharedRateStore implements Store {
  private window = -1;
  private readonly counts = new Map<string, Count>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly shared: RequestCounts,
    private readonly now: () => number = Date.now,
  ) {}

  increment(key: string): IncrementResponse {
    const count = this.countOf(key);
    count.own++;
    this.tellSoon();
    return { totalHits: count.own + count.others, resetTime: new Date((this.window + 1) * WINDOW_MS) };
  }

  decrement(key: string): void {
    this.countOf(key).own--;
  }

  resetKey(key: string): void {
    this.counts.delete(key);
  }

  /** Tells the others of what was seen, and hears what they saw. */
  async tell(): Promise<void> {
    const { window } = this;
    const news = [...this.counts].filter(([, { own, told }]) => own > told);
    const seen = new Map(news.map(([key, { own, told }]) => [key, own - told]));
    // Told before it is known to have arrived: what is lost loosens the others' limits, what came twice would tighten them.
    for (const [, count] of news) count.told = count.own;
    const told = new Map(news.map(([key, count]) => [key, count.told]));
    try {
      for (const [key, total] of await this.shared.add(window, seen)) {
        const count = window === this.window ? this.counts.get(key) : undefined;
        if (count !== undefined) count.others = Math.max(0, total - told.get(key)!);
      }
    } catch {
      // Redis is away: this process goes on by what it knows.
    }
  }

  private countOf(key: string): Count {
    const window = Math.floor(this.now() / WINDOW_MS);
    if (window !== this.window) {
      this.window = window;
      this.counts.clear();
    }
    const known = this.counts.get(key);
    if (known !== undefined) return known;
    const fresh = { own: 0, told: 0, others: 0 };
    this.counts.set(key, fresh);
    return fresh;
  }

  private tellSoon(): void {
    this.timer ??= setTimeout(async () => {
      await this.tell();
      this.timer = undefined;
      if ([...this.counts.values()].some(({ own, told }) => own > told)) this.tellSoon();
    }, TELL_AFTER_MS).unref();
  }
}
