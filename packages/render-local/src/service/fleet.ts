import type { Platform } from "../platform.js";
import { Instance } from "./instance.js";
import type { Release } from "./release.js";

/** The time that the old instance goes on beside the new one, in seconds of Render's time. */
const overlapSeconds = 60;

/**
 * The instances of one service: those of its live release, and those of earlier ones that are on their way out. Deploys,
 * restarts and scaling change them one after the other.
 */
export class Fleet {
  #current: Instance[] = [];
  readonly #starting = new Set<Instance>();
  readonly #retiring = new Set<Instance>();
  readonly #closed = new AbortController();
  /** Aborts when all instances are to go: what is being started then is not wanted any more. */
  #round = new AbortController();
  #work: Promise<unknown> = Promise.resolve();

  constructor(private readonly platform: Platform) {}

  /** Every instance that has not ended, oldest first. */
  get instances(): Instance[] {
    return [...this.#retiring, ...this.#current, ...this.#starting];
  }

  /** The ports that take traffic now. */
  get ports(): number[] {
    const ports = (instances: Iterable<Instance>): number[] =>
      [...instances].filter((instance) => instance.takesTraffic).map((instance) => instance.port as number);
    const current = ports(this.#current);
    // While a release rolls out one by one, and when all new ones are unhealthy, the old ones still serve.
    return current.length > 0 ? current : ports(this.#retiring);
  }

  get release(): Release | undefined {
    return this.#current[0]?.release;
  }

  /**
   * Brings up `count` instances of a release, one at a time; then they are the current ones, and the old ones get
   * their signal a minute later. When one does not come up, or `signal` aborts, all new ones go and the old stay.
   *
   * @throws InstanceFailure when one does not come up, AbortError when `signal` aborts
   */
  async roll(release: Release, count: number, signal: AbortSignal): Promise<void> {
    await this.#inTurn((round) => this.#replace(release, count, AbortSignal.any([signal, round])));
  }

  /** Replaces the instances by new ones of the same release. @throws InstanceFailure when one does not come up */
  async restart(): Promise<void> {
    await this.#inTurn(async (round) => {
      if (this.release) await this.#replace(this.release, this.#current.length, round);
    });
  }

  /** Adds or takes away instances of the live release. @throws InstanceFailure when one does not come up */
  async scale(count: number): Promise<void> {
    await this.#inTurn(async (round) => {
      const { release } = this;
      if (!release) return;
      while (this.#current.length < count) this.#current.push(await this.#startOne(release, round));
      const surplus = this.#current.splice(count);
      await Promise.all(surplus.map((instance) => this.#retire(instance)));
    });
  }

  /** Stops all instances, and gives up what is being started: SIGTERM now, SIGKILL after the shutdown delay. */
  async retireAll(): Promise<void> {
    this.#round.abort();
    this.#round = new AbortController();
    const all = this.instances;
    this.#current = [];
    await Promise.all(all.map((instance) => this.#retire(instance)));
    await this.#work;
  }

  /** Stops all instances, and starts none any more. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.retireAll();
  }

  killNow(): void {
    for (const instance of this.instances) instance.killNow();
  }

  async #inTurn(change: (round: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#round;
    const done = this.#work.then(() => {
      signal.throwIfAborted();
      return change(signal);
    });
    this.#work = done.catch(() => {});
    await done;
  }

  async #replace(release: Release, count: number, signal: AbortSignal): Promise<void> {
    const fresh: Instance[] = [];
    try {
      for (let started = 0; started < count; started += 1) fresh.push(await this.#startOne(release, signal));
      signal.throwIfAborted();
    } catch (error) {
      await Promise.all(fresh.map((instance) => instance.kill()));
      throw error;
    }
    const old = this.#current;
    this.#current = fresh;
    for (const instance of old) void this.#retireLater(instance);
  }

  async #startOne(release: Release, signal: AbortSignal): Promise<Instance> {
    signal.throwIfAborted();
    this.#closed.signal.throwIfAborted();
    const instance = new Instance(release, this.platform);
    this.#starting.add(instance);
    const onAbort = (): void => void instance.kill();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await instance.start();
      return instance;
    } catch (error) {
      await instance.kill();
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#starting.delete(instance);
    }
  }

  async #retireLater(instance: Instance): Promise<void> {
    this.#retiring.add(instance);
    await this.platform.clock.delay(overlapSeconds, this.#closed.signal).catch(() => {});
    await this.#retire(instance);
  }

  async #retire(instance: Instance): Promise<void> {
    this.#retiring.add(instance);
    await instance.retire();
    this.#retiring.delete(instance);
  }
}
