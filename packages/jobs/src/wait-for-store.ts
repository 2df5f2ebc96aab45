import { setTimeout } from "node:timers/promises";
import type { ChunkHandler } from "./queue/chunk-queue.js";
import { StoreFullError } from "./store/chunk-store.js";
import { type JobStore, StoreUnavailableError } from "./store/job-store.js";

/** How long a job waits for room for its results before it fails, which frees what it holds. */
export const ROOM_PATIENCE_MS = 300_000;
export const NO_ROOM =
  "the store had no room for the results for 5 minutes: delete finished jobs, or give it more room, and send the table again";

const AGAIN_MS = 1000;

/**
 * A store that is full or away is not the chunk's fault, and must not use up its tries: the chunk is begun again every
 * second for as long as it is this process's to do.
 */
export function waitForStore(
  handle: ChunkHandler,
  jobs: Pick<JobStore, "fail">,
  patienceMs = ROOM_PATIENCE_MS,
): ChunkHandler {
  return async (task, signal, run) => {
    const start = performance.now();
    for (;;) {
      try {
        return await handle(task, signal, run);
      } catch (error) {
        const full = error instanceof StoreFullError;
        if (!(full || error instanceof StoreUnavailableError) || signal.aborted) throw error;
        if (full && performance.now() - start > patienceMs) {
          await jobs.fail(task.jobId, NO_ROOM);
          return;
        }
      }
      await setTimeout(AGAIN_MS, undefined, { signal });
    }
  };
}
