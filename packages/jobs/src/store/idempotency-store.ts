/** What stands behind an Idempotency-Key. */
export interface IdempotencyEntry {
  /** SHA-256 of what was sent the first time, once all of it was read. */
  readonly digest?: string;
  /** The job it made; absent while the first request is in flight. */
  readonly jobId?: string;
}

/**
 * The port to the keys clients send so that a repeated submission makes one job. A claim lives as long as the request
 * that renews it (a web process that died holds no key for long), a completed key as long as jobs. `claimant` names
 * one request.
 */
export interface IdempotencyStore {
  /** How long a claim lives that nobody renews. */
  readonly claimMs: number;
  /** Takes the key for this request, or gives what stands behind it. */
  claim(key: string, claimant: string): Promise<IdempotencyEntry | undefined>;
  /** The request is still under way. Does nothing to a key that is another's by now. */
  renew(key: string, claimant: string): Promise<void>;
  complete(key: string, claimant: string, entry: Required<IdempotencyEntry>): Promise<void>;
  /** The request failed: the key is free again. */
  release(key: string, claimant: string): Promise<void>;
}

interface Held {
  readonly claimant: string;
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
    if (found !== undefined) return found.entry;
    this.hold(key, claimant, {}, this.claimMs);
    return undefined;
  }

  async renew(key: string, claimant: string): Promise<void> {
    if (this.isFor(key, claimant)) this.hold(key, claimant, {}, this.claimMs);
  }

  async complete(key: string, claimant: string, entry: Required<IdempotencyEntry>): Promise<void> {
    if (this.isFor(key, claimant)) this.hold(key, claimant, entry, this.ttlSeconds * 1000);
  }

  async release(key: string, claimant: string): Promise<void> {
    if (this.isFor(key, claimant)) this.held.delete(key);
  }

  private hold(key: string, claimant: string, entry: IdempotencyEntry, ms: number): void {
    this.held.set(key, { claimant, entry, until: this.now() + ms });
  }

  private isFor(key: string, claimant: string): boolean {
    const held = this.held.get(key);
    return held === undefined || held.claimant === claimant;
  }
}
