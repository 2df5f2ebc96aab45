import { setImmediate } from "node:timers/promises";
import { decodeInputChunk } from "./chunk/input-chunk.js";
import { decodeResultChunk, ResultChunkBuilder } from "./chunk/result-chunk.js";
import { explainInPieces } from "./explain-in-pieces.js";
import { type Job, TASK_SCHEMA } from "./job.js";
import type { ModelCatalogue } from "./models/model-catalogue.js";
import { type ChunkHandler, LockLostError, NotForMeError } from "./queue/chunk-queue.js";
import type { ChunkStore } from "./store/chunk-store.js";
import type { JobStore } from "./store/job-store.js";
import type { WorkTally } from "./workers/presence.js";

export interface ChunkServices {
  readonly jobs: JobStore;
  readonly chunks: ChunkStore;
  readonly models: ModelCatalogue;
  /** The process's memory limit. */
  readonly limitBytes: number;
  /** Where the work is counted, for the worker's heartbeat. */
  readonly tally?: WorkTally;
}

/** This process does not have the model a job was submitted for; another one may. */
export class ModelNotHereError extends NotForMeError {
  override readonly name = "ModelNotHereError";
}

/** Workers that may die of one chunk. */
const MAX_DEATHS = 3;

/**
 * Explains one chunk: rows out of the store, values into it, then counted. May run twice for the same chunk:
 * the result is determined by the rows and the model's version, and the count is of chunks, not of runs.
 */
export function chunkHandler(services: ChunkServices): ChunkHandler {
  const { jobs } = services;
  return async (task, signal, run) => {
    const { jobId, index } = task;
    const begun = await jobs.chunkBegun(jobId, index, run);
    if (begun === 0) return;
    if (begun > MAX_DEATHS) {
      await jobs.fail(jobId, `chunk ${index}: ${MAX_DEATHS} workers went silent while they explained it`);
      return;
    }
    try {
      await explainChunk(services, jobId, index, signal);
    } catch (error) {
      // Work that was lost counts as a death: a chunk that blocks its worker for longer than a lock lives would go round for ever.
      if (!(signal.reason instanceof LockLostError)) await jobs.chunkLeft(jobId, index, run);
      throw error;
    } finally {
      if (services.tally !== undefined) services.tally.job = null;
    }
  };
}

async function explainChunk(services: ChunkServices, jobId: string, index: number, signal: AbortSignal) {
  const { jobs, chunks, models, limitBytes, tally } = services;
  const [job, input] = await Promise.all([jobs.get(jobId), chunks.get(jobId, "in", index)]);
  if (job === undefined) return;
  if ((job.schema ?? 1) > TASK_SCHEMA) throw new NotForMeError(`job ${jobId} is of a newer generation`);
  if (input === undefined) return countEarlierResult(services, job, index);
  const served = await models.ofJob(job.model);
  if (served === undefined) {
    throw new ModelNotHereError(`model ${job.model.name}, version ${job.model.version}, is not here`);
  }
  if (tally !== undefined) tally.job = jobId;
  const { matrix, ids } = decodeInputChunk(input, job.idColumns.length);
  const { options, precision } = job;
  const [features, outputs] = [job.featureNames.length, job.outputNames.length];
  if (matrix.columns !== features) throw new Error(`the rows of chunk ${index} are damaged`);
  const result = new ResultChunkBuilder({ rows: matrix.rows, features, outputs, precision });
  const explainer = models.explainer(served, options);
  const { output } = options;
  for await (const piece of explainInPieces(served.model, explainer, matrix, { output, limitBytes })) {
    result.add(piece.from, piece.explanation, piece.predictions);
    signal.throwIfAborted();
  }
  await setImmediate();
  signal.throwIfAborted();
  await chunks.put(jobId, "out", index, result.encode(ids));
  const stillWanted = await jobs.chunkDone(jobId, index, matrix.rows);
  if (stillWanted) await chunks.remove(jobId, "in", index);
  else await removeUnlessCompleted(jobId, services);
  if (tally !== undefined) tally.rowsDone += matrix.rows;
}

/** Rows are freed once their result is stored and counted; without them, only a result can be counted. */
async function countEarlierResult({ jobs, chunks }: ChunkServices, job: Job, index: number): Promise<void> {
  const result = await chunks.get(job.id, "out", index);
  if (result === undefined) throw new Error(`the rows of chunk ${index} are gone`);
  const { rows } = decodeResultChunk(result, job.idColumns.length, job.outputNames.length);
  await jobs.chunkDone(job.id, index, rows);
}

/** A job that ended while its chunk was explained keeps nothing of it. */
async function removeUnlessCompleted(jobId: string, { jobs, chunks }: ChunkServices): Promise<void> {
  if ((await jobs.get(jobId))?.state !== "completed") await chunks.removeJob(jobId);
}
