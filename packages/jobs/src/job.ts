import type { Precision } from "./chunk/result-chunk.js";

/**
 * The words used throughout:
 *
 * - **job**: one uploaded table to explain with one model version; what a client submits and asks after
 * - **chunk**: up to SHAP_MAX_BATCH_SIZE consecutive rows of a job, numbered from 0; the unit of work
 * - **task**: what the queue carries for a chunk; a reference, never rows
 * - **blob**: a chunk's rows (`in`) or its explanation (`out`), in Arrow's IPC form
 * - **sealed**: all rows of a job have arrived, so its number of chunks is known
 *
 * A job's life:
 *
 *     queued ──first chunk begins──▶ running ──sealed and every chunk done──▶ completed
 *        │                              ├──a chunk cannot be explained──▶ failed
 *        └──────────cancel──────────────┴──▶ cancelled
 *
 * Chunks are explained while the upload still runs. completed, failed and cancelled are final.
 */
export type JobState = "queued" | "running" | "completed" | "failed" | "cancelled";

export const isFinal = (state: JobState): boolean =>
  state === "completed" || state === "failed" || state === "cancelled";

/** Which numbers a job computes; fixed at submission. */
export interface JobOptions {
  readonly perturbation: "auto" | "interventional" | "tree_path_dependent";
  readonly output: "raw" | "probability";
}

export interface JobModel {
  readonly name: string;
  /** SHA-256 of the model file: the job is explained by this version and no other. */
  readonly version: string;
  /** SHA-256 of the background rows it compares with, where it has any. */
  readonly backgroundVersion?: string;
  /** The bundled example, which was served since there was no other model. */
  readonly fallback?: boolean;
}

/** What is fixed when a job is made. */
export interface NewJob {
  readonly id: string;
  readonly model: JobModel;
  readonly options: JobOptions;
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Columns of the input that are carried into the result as text. */
  readonly idColumns: readonly string[];
  /** Default `float64`. */
  readonly precision?: Precision;
  readonly requestId?: string;
  /** The generation that took the job in; an older one leaves it alone. Default 1. */
  readonly schema?: number;
}

export interface Job extends NewJob {
  readonly state: JobState;
  readonly rowsDone: number;
  readonly chunksDone: number;
  /** Undefined until the job is sealed, as is `chunks`. */
  readonly rowsTotal?: number;
  readonly chunks?: number;
  readonly error?: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** When anything last happened to it. */
  readonly touchedAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
}

/** What the queue carries. A worker leaves a task whose `schema` it does not know to a newer generation. */
export interface ChunkTask {
  readonly schema: typeof TASK_SCHEMA;
  readonly jobId: string;
  readonly index: number;
  readonly requestId?: string;
}

export const TASK_SCHEMA = 1;
