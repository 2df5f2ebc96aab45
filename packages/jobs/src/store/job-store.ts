import type { Job, NewJob } from "../job.js";

/** Raised when a store cannot be asked now; the same request may work in a few seconds. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
}

/**
 * The port to the records of jobs: the one source of truth about a job's state. Every change is atomic and
 * harmless when repeated. A change of a job that is gone or final does nothing and answers false. Jobs are counted in
 * the totals as they are sealed and as they end.
 */
export interface JobStore {
  /** Milliseconds since 1970 by the store's own clock, as in its jobs. */
  now(): Promise<number>;
  create(job: NewJob): Promise<void>;
  get(id: string): Promise<Job | undefined>;
  /**
   * A run of a chunk begins. Gives how many runs began it and did not end, this one included: above 1 their workers went
   * silent. 0: leave the chunk; it is done, or the job is gone or final.
   */
  chunkBegun(id: string, index: number, run: string): Promise<number>;
  /** The run's worker lives and leaves the chunk undone: it failed, or was given back. */
  chunkLeft(id: string, index: number, run: string): Promise<void>;
  /** The job is being worked on: its upload goes on. */
  touch(id: string): Promise<boolean>;
  /** All jobs that have not ended. */
  listOpen(): Promise<Job[]>;
  /** The chunks of a sealed job that are not done. */
  pendingChunks(id: string): Promise<number[]>;
  /** A chunk's result is stored. Counts each chunk once; the last of a sealed job completes it. */
  chunkDone(id: string, index: number, rows: number): Promise<boolean>;
  /** All rows have arrived. Completes the job if every chunk is done already. */
  seal(id: string, rowsTotal: number, chunks: number): Promise<boolean>;
  fail(id: string, error: string): Promise<boolean>;
  cancel(id: string): Promise<boolean>;
  remove(id: string): Promise<void>;
}
