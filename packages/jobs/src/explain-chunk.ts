import { setImmediate } from "node:timers/promises";
import { decodeInputChunk } from "./chunk/input-chunk.js";
import { encodeResultChunk } from "./chunk/result-chunk.js";
import type { ModelCatalogue } from "./models/model-catalogue.js";
import type { ChunkHandler } from "./queue/chunk-queue.js";
import type { ChunkStore } from "./store/chunk-store.js";
import type { JobStore } from "./store/job-store.js";

export interface ChunkServices {
  readonly jobs: JobStore;
  readonly chunks: ChunkStore;
  readonly models: ModelCatalogue;
}

/** This process does not have the model a job was submitted for; another one may. */
export class ModelNotHereError extends Error {
  override readonly name = "ModelNotHereError";
}

/**
 * Explains one chunk: rows out of the store, values into it, then counted. May run twice for the same chunk:
 * the result is determined by the rows and the model's version, and the count is of chunks, not of runs.
 */
export function chunkHandler({ jobs, chunks, models }: ChunkServices): ChunkHandler {
  return async (task, signal) => {
    const { jobId, index } = task;
    if (!(await jobs.chunkBegun(jobId, index))) return;
    const job = await jobs.get(jobId);
    if (job === undefined) return;
    const input = await chunks.get(jobId, "in", index);
    if (input === undefined) {
      // Rows are freed once their result is stored: an earlier run came that far.
      if ((await chunks.get(jobId, "out", index)) === undefined) {
        throw new Error(`the rows of chunk ${index} are gone`);
      }
      await jobs.chunkDone(jobId, index, task.rows);
      return;
    }
    const served = models.version(job.model.version);
    if (served === undefined) {
      throw new ModelNotHereError(`model ${job.model.name}, version ${job.model.version}, is not here`);
    }
    const { matrix, ids } = decodeInputChunk(input, job.idColumns.length);
    const explanation = models.explainer(served, job.options).explain(matrix);
    const predictions = served.model.predict(matrix);
    await setImmediate();
    signal.throwIfAborted();
    const result = encodeResultChunk(explanation, predictions, ids);
    await chunks.put(jobId, "out", index, result);
    const stillWanted = await jobs.chunkDone(jobId, index, task.rows);
    if (stillWanted) await chunks.remove(jobId, "in", index);
    else await removeUnlessCompleted(jobId, { jobs, chunks });
  };
}

/** A job that ended while its chunk was explained keeps nothing of it. */
async function removeUnlessCompleted(
  jobId: string,
  { jobs, chunks }: Pick<ChunkServices, "jobs" | "chunks">,
) {
  if ((await jobs.get(jobId))?.state !== "completed") await chunks.removeJob(jobId);
}
