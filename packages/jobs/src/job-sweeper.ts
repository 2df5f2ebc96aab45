import { TASK_SCHEMA } from "./job.js";
import type { Logger } from "./log.js";
import type { ChunkQueue } from "./queue/chunk-queue.js";
import type { JobStore } from "./store/job-store.js";

/** How long nothing may have happened to a job before the sweeper looks at it. */
export const QUIET_MS = 60_000;
/** An upload that nobody has continued for so long was broken off with its web process. */
export const BROKEN_OFF_MS = 300_000;

/**
 * Finishes what a crash left between two steps: puts chunks that are neither done nor queued back on the queue (those
 * that are queued stay as they are), and fails jobs whose upload was broken off. Harmless at any time.
 */
export async function sweepJobs(
  { jobs, queue }: { jobs: JobStore; queue: ChunkQueue },
  log: Logger,
  now = Date.now(),
): Promise<void> {
  for (const job of await jobs.listOpen()) {
    const quietMs = now - job.touchedAt;
    if (job.chunks === undefined) {
      if (quietMs < BROKEN_OFF_MS) continue;
      log.warn({ jobId: job.id }, "the upload of a job was broken off");
      await jobs.fail(job.id, "the upload was broken off");
    } else if (quietMs >= QUIET_MS) {
      for (const index of await jobs.pendingChunks(job.id)) {
        const { id: jobId, requestId } = job;
        await queue.add({ schema: TASK_SCHEMA, jobId, index, requestId });
      }
    }
  }
}
