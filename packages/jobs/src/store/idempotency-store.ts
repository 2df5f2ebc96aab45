/** What stands behind an Idempotency-Key. */
export interface IdempotencyEntry {
  /** The request that has it; absent once its job is known to be taken in. */
  readonly claimant?: string;
  /** SHA-256 of what was sent the first time, once all of it was read. */
  readonly digest?: string;
  /** The job it makes or made; absent until all of it was read. */
  readonly jobId?: string;
}

/** An entry whose job is known. */
export type IdempotentJob = Required<Omit<IdempotencyEntry, "claimant">>;

/**
 * The port to the keys clients send so that a repeated submission makes one job. `claimant` names one request:
 *
 *     (free) ──claim──▶ claimed ──promise──▶ promised, with the job's id ──complete──▶ completed
 *        ▲                │ release, or not renewed      │ release
 *        └────────────────┴──────────────────────────────┘
 *
 * A claim lives as long as the request that renews it (a web process that died holds no key for long), a promise and a
 * completed key as long as jobs: from the promise on, the job itself tells what became of the request.
 */
export interface IdempotencyStore {
  /** How long a claim lives that nobody renews. */
  readonly claimMs: number;
  /** Takes the key for this request, or gives what stands behind it. */
  claim(key: string, claimant: string): Promise<IdempotencyEntry | undefined>;
  /** The request is still under way. Does nothing to a key that is another's by now. */
  renew(key: string, claimant: string): Promise<void>;
  /** All was read; the job is about to be sealed. */
  promise(key: string, claimant: string, job: IdempotentJob): Promise<void>;
  /** The job is sealed. */
  complete(key: string, claimant: string, job: IdempotentJob): Promise<void>;
  /** The request failed, or its job is gone: the key is free again. `claimant` undefined: of a completed key. */
  release(key: string, claimant: string | undefined): Promise<void>;
}

interface Held {
  readonly entry: IdempotencyEntry;
  readonly until: number;
}

/** Inside one process, beside the embedded queue. */
export class MemoryIdempotencyStore implements IdempotencyStore {
  private readonly held = new Map<string, Held>();

  constructor(
    private readonly ttlSeconds: number,
    readonly claimMs = 30_000,
    private readonly now: () => number = Date.now,
  ) {}

  async claim(key: string, claimant: string): Promise<IdempotencyEntry | undefined> {
    const now = this.now();
    for (const [known, { until }] of this.held) if (until <= now) this.held.delete(known);
    const found = this.held.get(key);
    const isOwn = found?.entry.claimant === claimant && found.entry.jobId === undefined;
    if (found !== undefined && !isOwn) return found.entry;
    this.hold(key, { claimant }, this.claimMs);
    return undefined;
  }

  async renew(key: string, claimant: string): Promise<void> {
    if (this.isFor(key, claimant) && this.held.get(key)?.entry.jobId === undefined) {
      this.hold(key, { claimant }, this.claimMs);
    }
  }

  async promise(key: string, claimant: string, job: IdempotentJob): Promise<void> {
    if (this.isFor(key, claimant)) this.hold(key, { claimant, ...job }, this.ttlSeconds * 1000);
  }

  async complete(key: string, claimant: string, job: IdempotentJob): Promise<void> {
    if (this.isFor(key, claimant)) this.hold(key, job, this.ttlSeconds * 1000);
  }

  async release(key: string, claimant: string | undefined): Promise<void> {
    if (this.held.get(key)?.entry.claimant === claimant) this.held.delete(key);
  }

  private hold(key: string, entry: IdempotencyEntry, ms: number): void {
    this.held.set(key, { entry, until: this.now() + ms });
  }

  private isFor(key: string, claimant: string): boolean {
    const held = this.held.get(key);
    return held === undefined || held.entry.claimant === claimant;
  }
}
