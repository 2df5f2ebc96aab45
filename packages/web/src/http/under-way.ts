import { setTimeout } from "node:timers/promises";

/** Work that outlives its connection: a cut upload still has to free what it took in. */
export class UnderWay {
  private readonly works = new Set<Promise<unknown>>();

  add<T>(work: Promise<T>): Promise<T> {
    this.works.add(work);
    const forget = () => this.works.delete(work);
    work.then(forget, forget);
    return work;
  }

  /** Resolves when all of it has ended, or `ms` have passed. */
  async ended(ms: number): Promise<void> {
    await Promise.race([Promise.allSettled(this.works), setTimeout(ms, undefined, { ref: false })]);
  }
}
