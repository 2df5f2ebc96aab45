import type { Job, NewJob } from "../job.js";

/** Raised when a store cannot be asked now; the same request may work in a few seconds. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
}

/**
 * The port to the records of jobs: the one source of truth about a job's state. Every change is atomic and
 * harmless when repeated. A change of a job that is gone or final does nothing and answers false.
 */
export interface JobStore {
  create(job: NewJob): Promise<void>;
  get(id: string): Promise<Job | undefined>;
  /** A worker has begun a chunk of it. */
  chunkBegun(id: string, index: number): Promise<boolean>;
  /** A chunk's result is stored. Counts each chunk once; the last of a sealed job completes it. */
  chunkDone(id: string, index: number, rows: number): Promise<boolean>;
  /** All rows have arrived. Completes the job if every chunk is done already. */
  seal(id: string, rowsTotal: number, chunks: number): Promise<boolean>;
  fail(id: string, error: string): Promise<boolean>;
  cancel(id: string): Promise<boolean>;
  remove(id: string): Promise<void>;
}
