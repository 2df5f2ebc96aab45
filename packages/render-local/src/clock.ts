import { setTimeout as sleep } from "node:timers/promises";

/**
 * Render's seconds, made shorter. Every wait that Render imposes (the minute before an old instance is told to stop,
 * the back-off of a crash loop, the windows of the rate limits) goes through here; what real programs need
 * (a build, the start of a process) takes as long as it takes.
 */
export class Clock {
  #scale = 1;

  /** @param scale real seconds per Render second: 0.05 makes a minute last three seconds */
  constructor(scale: number) {
    this.scale = scale;
  }

  get scale(): number {
    return this.#scale;
  }

  /** Counts for what begins to wait from now on. @throws RangeError unless above 0 and at most 1 */
  set scale(scale: number) {
    if (!(scale > 0 && scale <= 1)) {
      throw new RangeError(`The time scale must be above 0 and at most 1, not ${scale}; 0.05 is usual.`);
    }
    this.#scale = scale;
  }

  /** How many real milliseconds `seconds` of Render's time last. */
  milliseconds(seconds: number): number {
    return seconds * 1000 * this.scale;
  }

  /** Waits `seconds` of Render's time; rejects with an AbortError when `signal` aborts. */
  async delay(seconds: number, signal?: AbortSignal): Promise<void> {
    await sleep(this.milliseconds(seconds), undefined, { signal });
  }

  now(): string {
    return new Date().toISOString();
  }
}
