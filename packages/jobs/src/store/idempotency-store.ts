/** What stands behind an Idempotency-Key. */
export interface IdempotencyEntry {
  /** SHA-256 of what was sent the first time, once all of it was read. */
  readonly digest?: string;
  /** The job it made; absent while the first request is in flight. */
  readonly jobId?: string;
}

/** The port to the keys clients send so that a repeated submission makes one job. Keys live as long as jobs. */
export interface IdempotencyStore {
  /** Takes the key for this request, or gives what stands behind it. */
  claim(key: string): Promise<IdempotencyEntry | undefined>;
  complete(key: string, entry: Required<IdempotencyEntry>): Promise<void>;
  /** The request failed: the key is free again. */
  release(key: string): Promise<void>;
}

/** How long a request in flight may hold its key without completing it. */
export const CLAIM_SECONDS = 3600;

/** Inside one process, beside the embedded queue. */
export class MemoryIdempotencyStore implements IdempotencyStore {
  private readonly entries = new Map<string, { entry: IdempotencyEntry; until: number }>();

  constructor(
    private readonly ttlSeconds: number,
    private readonly now: () => number = Date.now,
  ) {}

  async claim(key: string): Promise<IdempotencyEntry | undefined> {
    const now = this.now();
    for (const [known, { until }] of this.entries) if (until <= now) this.entries.delete(known);
    const found = this.entries.get(key);
    if (found !== undefined) return found.entry;
    this.entries.set(key, { entry: {}, until: now + CLAIM_SECONDS * 1000 });
    return undefined;
  }

  async complete(key: string, entry: Required<IdempotencyEntry>): Promise<void> {
    this.entries.set(key, { entry, until: this.now() + this.ttlSeconds * 1000 });
  }

  async release(key: string): Promise<void> {
    this.entries.delete(key);
  }
}
