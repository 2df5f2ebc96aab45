import type { IncomingMessage, ServerResponse } from "node:http";
import type { ChunkTask } from "../job.js";

export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly failed: number;
}

/**
 * Explains one chunk. A rejection is tried again, three times in all; a NotForMeError does not count for some minutes.
 * `signal` is aborted when the work is no longer this process's to do; what is written after that must be harmless. `run`
 * names this try of this process.
 */
export type ChunkHandler = (task: ChunkTask, signal: AbortSignal, run: string) => Promise<void>;

/** This process cannot do the task; another one may. */
export class NotForMeError extends Error {
  override readonly name: string = "NotForMeError";
}

/** The reason of a `signal`: this process was silent for so long that the task went to another one. */
export class LockLostError extends Error {
  override readonly name = "LockLostError";
}

/** What happened to work, for logs and metrics. */
export interface QueueEvents {
  /** A chunk is left to another process, since this one cannot do it. */
  onLeft?(task: ChunkTask, error: NotForMeError): void;
  /** A chunk was given up after its last try. */
  onGiveUp?(task: ChunkTask, error: Error): Promise<void>;
  /** A chunk came back because the process that had it went silent. */
  onStalled?(task: ChunkTask): void;
  onLockExtensionFailed?(task: ChunkTask, error: Error): void;
  onError?(error: Error): void;
}

/**
 * The port to the queue of chunks. At least once: a task may run twice (a process died, a lock was lost), so
 * handlers are idempotent. Adding a task that waits or runs already changes nothing.
 */
export interface ChunkQueue {
  readonly kind: "redis" | "embedded";
  add(task: ChunkTask): Promise<void>;
  /** Begins to take tasks, one at a time. At most one handler a queue object. */
  process(handler: ChunkHandler, events?: QueueEvents): Promise<void>;
  /** Takes no new task until `resume`; the present one goes on. This process only. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Drops a job's tasks that nobody has begun. */
  remove(jobId: string, chunks: number): Promise<void>;
  counts(): Promise<QueueCounts>;
  /** Milliseconds a round trip to the queue takes. @throws where it cannot be reached */
  ping(): Promise<number>;
  /** A page for people that shows the queue, to be mounted at `path`. Absent where the queue has none. */
  board?(path: string): Promise<BoardHandler>;
  /** Takes no new task, waits for the present one up to `graceMs`, then lets go of everything. */
  close(graceMs?: number): Promise<void>;
}

/** Answers HTTP requests below the path it was made for. */
export type BoardHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Tries a task has before its job fails. */
export const MAX_ATTEMPTS = 3;
