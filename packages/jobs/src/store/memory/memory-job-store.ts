import { isFinal, type Job, type NewJob } from "../../job.js";
import { MemoryTotals } from "../../totals/memory-totals.js";
import type { BlobKind } from "../chunk-store.js";
import { JobChanges } from "../job-changes.js";
import type { JobStore } from "../job-store.js";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Entry {
  readonly job: Mutable<Job>;
  readonly done: Set<number>;
  readonly runs: Map<number, Set<string>>;
  expiry: NodeJS.Timeout;
}

const countedAs = { completed: "jobsCompleted", failed: "jobsFailed", cancelled: "jobsCancelled" } as const;

/** Job records inside one process, beside the embedded queue. */
export class MemoryJobStore implements JobStore {
  private readonly entries = new Map<string, Entry>();
  readonly changes = new JobChanges();

  /**
   * @param free called when a job failed, was cancelled or its time is over: its blobs are wanted no longer
   * @param totals where jobs are counted
   */
  constructor(
    private readonly ttlSeconds: number,
    private readonly free: (job: Job) => void = () => {},
    private readonly clock: () => number = Date.now,
    private readonly totals = new MemoryTotals(),
  ) {}

  async now(): Promise<number> {
    return this.clock();
  }

  async create(job: NewJob): Promise<void> {
    const record: Mutable<Job> = {
      ...job,
      state: "queued",
      rowsDone: 0,
      chunksDone: 0,
      createdAt: this.clock(),
      touchedAt: this.clock(),
    };
    this.entries.set(job.id, {
      job: record,
      done: new Set(),
      runs: new Map(),
      expiry: this.expireLater(job.id),
    });
  }

  async get(id: string): Promise<Job | undefined> {
    const entry = this.entries.get(id);
    return entry === undefined ? undefined : { ...entry.job };
  }

  /** Whether a job can still use such a blob: rows while it is open, results unless it failed or was cancelled. */
  wantsBlob(id: string, kind: BlobKind): boolean {
    const state = this.entries.get(id)?.job.state;
    return state !== undefined && (!isFinal(state) || (kind === "out" && state === "completed"));
  }

  async chunkBegun(id: string, index: number, run: string): Promise<number> {
    const entry = this.open(id);
    if (entry === undefined || entry.done.has(index)) return 0;
    if (entry.job.state === "queued") {
      entry.job.state = "running";
      entry.job.startedAt = this.clock();
    }
    this.changed(entry);
    const runs = entry.runs.get(index) ?? new Set();
    entry.runs.set(index, runs.add(run));
    return runs.size;
  }

  async chunkLeft(id: string, index: number, run: string): Promise<void> {
    this.entries.get(id)?.runs.get(index)?.delete(run);
  }

  async touch(id: string): Promise<boolean> {
    const entry = this.open(id);
    if (entry !== undefined) entry.job.touchedAt = this.clock();
    return entry !== undefined;
  }

  async listOpen(): Promise<Job[]> {
    return [...this.entries.values()].flatMap(({ job }) => (isFinal(job.state) ? [] : [{ ...job }]));
  }

  async pendingChunks(id: string): Promise<number[]> {
    const entry = this.entries.get(id);
    const indices = Array.from({ length: entry?.job.chunks ?? 0 }, (_, index) => index);
    return indices.filter((index) => !entry?.done.has(index));
  }

  async chunkDone(id: string, index: number, rows: number): Promise<boolean> {
    const entry = this.open(id);
    if (entry === undefined) return false;
    if (entry.done.has(index)) return true;
    entry.done.add(index);
    entry.job.rowsDone += rows;
    entry.job.chunksDone += 1;
    entry.runs.delete(index);
    this.completeIfDone(entry);
    this.changed(entry);
    return true;
  }

  async seal(id: string, rowsTotal: number, chunks: number): Promise<boolean> {
    const entry = this.open(id);
    if (entry === undefined) return false;
    if (entry.job.chunks === undefined) {
      this.totals.add("jobsSubmitted", 1);
      this.totals.add("jobRowsSubmitted", rowsTotal);
    }
    entry.job.rowsTotal = rowsTotal;
    entry.job.chunks = chunks;
    this.completeIfDone(entry);
    this.changed(entry);
    return true;
  }

  async fail(id: string, error: string): Promise<boolean> {
    const entry = this.open(id);
    if (entry === undefined) return false;
    entry.job.error = error;
    this.finish(entry, "failed");
    return true;
  }

  async cancel(id: string): Promise<boolean> {
    const entry = this.open(id);
    if (entry === undefined) return false;
    this.finish(entry, "cancelled");
    return true;
  }

  async remove(id: string): Promise<void> {
    clearTimeout(this.entries.get(id)?.expiry);
    this.entries.delete(id);
    this.changes.tell(id);
  }

  private changed(entry: Entry): void {
    entry.job.touchedAt = this.clock();
    this.changes.tell(entry.job.id);
  }

  /** The record of a job that may still change. */
  private open(id: string): Entry | undefined {
    const entry = this.entries.get(id);
    return entry === undefined || isFinal(entry.job.state) ? undefined : entry;
  }

  private completeIfDone(entry: Entry): void {
    if (entry.job.chunks !== undefined && entry.done.size === entry.job.chunks)
      this.finish(entry, "completed");
  }

  private finish(entry: Entry, state: "completed" | "failed" | "cancelled"): void {
    this.totals.add(countedAs[state], 1);
    entry.job.state = state;
    entry.job.finishedAt = this.clock();
    if (state !== "completed") this.free(entry.job);
    this.changed(entry);
    clearTimeout(entry.expiry);
    entry.expiry = this.expireLater(entry.job.id);
  }

  private expireLater(id: string): NodeJS.Timeout {
    // setTimeout takes at most 2^31 - 1 ms, some 24 days.
    const delay = Math.min(this.ttlSeconds * 1000, 2 ** 31 - 1);
    return setTimeout(() => {
      const entry = this.entries.get(id);
      this.entries.delete(id);
      if (entry !== undefined) this.free(entry.job);
    }, delay).unref();
  }
}
