export type BlobKind = "in" | "out";

/** The store has no room left. The client may come back later, or make room. */
export class StoreFullError extends Error {
  override readonly name = "StoreFullError";
}

/** The port to where chunks' rows and results are kept. Blobs live as long as their job, at most the job's TTL. */
export interface ChunkStore {
  /** Writing the same blob twice is harmless: the content is determined by job and index. @throws StoreFullError */
  put(jobId: string, kind: BlobKind, index: number, bytes: Uint8Array): Promise<void>;
  get(jobId: string, kind: BlobKind, index: number): Promise<Uint8Array | undefined>;
  remove(jobId: string, kind: BlobKind, index: number): Promise<void>;
  /** The chunks of a job whose rows are kept: those that are not explained yet. */
  waiting(jobId: string): Promise<number[]>;
  /** Frees all blobs of a job. */
  removeJob(jobId: string): Promise<void>;
  /** Whether the next blob would be refused, as far as that can be known. */
  isFull(): Promise<boolean>;
  close(): Promise<void>;
}
