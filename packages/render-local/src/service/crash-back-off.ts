import type { Clock } from "../clock.js";

const firstSeconds = 10;
const mostSeconds = 300;
const forgivenAfterSeconds = 600;

/**
 * How long a crashed instance waits before its command is started again, as Kubernetes does it: the first restart is
 * at once, then 10, 20, 40 ... up to 300 seconds; ten minutes of running begin anew.
 */
export class CrashBackOff {
  #crashes = 0;
  #startedAt = 0;

  constructor(private readonly clock: Clock) {}

  started(): void {
    this.#startedAt = Date.now();
  }

  /** The seconds (of Render's time) to wait after a crash. */
  next(): number {
    const ranFor = this.#startedAt === 0 ? 0 : Date.now() - this.#startedAt;
    if (ranFor >= this.clock.milliseconds(forgivenAfterSeconds)) this.#crashes = 0;
    this.#startedAt = 0;
    this.#crashes += 1;
    return this.#crashes === 1 ? 0 : Math.min(firstSeconds * 2 ** (this.#crashes - 2), mostSeconds);
  }
}
