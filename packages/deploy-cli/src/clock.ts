import { setTimeout as sleep } from "node:timers/promises";

/** Waiting and telling the time. `scale` makes every wait shorter: render-local's minutes last seconds. */
export class Clock {
  /** @param scale real seconds per second of waiting; 1 against Render */
  constructor(
    readonly scale = 1,
    private readonly signal?: AbortSignal,
  ) {}

  now(): number {
    return Date.now();
  }

  /** Waits; rejects with the reason of the abort when the command is stopped. */
  async wait(milliseconds: number): Promise<void> {
    this.throwIfStopped();
    try {
      await sleep(milliseconds * this.scale, undefined, { signal: this.signal });
    } catch (error) {
      this.throwIfStopped();
      throw error;
    }
  }

  throwIfStopped(): void {
    this.signal?.throwIfAborted();
  }

  /**
   * The moment after which a wait of so long has lasted too long.
   *
   * @param least unscaled milliseconds that it lasts at any rate: a real program takes as long as it takes
   */
  deadline(milliseconds: number, least = 0): number {
    return this.now() + Math.max(milliseconds * this.scale, least);
  }
}
