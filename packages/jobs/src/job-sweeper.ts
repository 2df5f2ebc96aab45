import { type Job, TASK_SCHEMA } from "./job.js";
import { chunksWithRows } from "./job-intake.js";
import type { Logger } from "./log.js";
import type { ChunkQueue } from "./queue/chunk-queue.js";
import { type ChunkStore, StoreFullError } from "./store/chunk-store.js";
import type { JobStore } from "./store/job-store.js";
import { NO_ROOM, ROOM_PATIENCE_MS } from "./wait-for-store.js";

export interface SweeperServices {
  readonly jobs: JobStore;
  readonly chunks: ChunkStore;
  readonly queue: ChunkQueue;
}

/**
 * Finishes what a crash left between two steps: puts chunks that are neither done nor queued back on the queue (those
 * that are queued stay as they are), fails and frees jobs whose upload was broken off, and jobs for whose results there
 * has been no room for too long. Harmless at any time.
 *
 * @param silenceMs how long a silent process keeps its work; a job is looked at once nothing has happened to it for
 *   twice as long. Jobs of a newer generation are left to it. A web process touches the job it takes in far more often (see JobIntake).
 */
export async function sweepJobs(
  services: SweeperServices,
  log: Logger,
  silenceMs: number,
  clock?: number,
): Promise<void> {
  const now = clock ?? (await services.jobs.now());
  for (const job of await services.jobs.listOpen()) {
    if ((job.schema ?? 1) > TASK_SCHEMA) continue;
    const quietMs = now - job.touchedAt;
    if (quietMs < 2 * silenceMs) continue;
    if (job.chunks === undefined) await endBrokenUpload(job.id, services, log);
    else await queueLostChunks(job, quietMs, services, log);
  }
}

/** The client hung up, web ended under the upload, or Redis forgot its last second in a crash. */
const BROKEN_UPLOAD = "the upload did not come to its end: send the table again";

async function endBrokenUpload(id: string, { jobs, chunks, queue }: SweeperServices, log: Logger) {
  log.warn({ jobId: id }, "the upload of a job was broken off");
  // Its rows are freed with the job.
  const sent = await chunksWithRows(id, chunks);
  await jobs.fail(id, BROKEN_UPLOAD);
  await queue.remove(id, sent);
}

async function queueLostChunks(job: Job, quietMs: number, { jobs, queue }: SweeperServices, log: Logger) {
  const { id: jobId, requestId } = job;
  try {
    for (const index of await jobs.pendingChunks(jobId)) {
      await queue.add({ schema: TASK_SCHEMA, jobId, index, requestId });
    }
  } catch (error) {
    if (!(error instanceof StoreFullError)) throw error;
    if (quietMs < ROOM_PATIENCE_MS) return;
    log.error({ jobId }, "a job ends since its results have no room");
    await jobs.fail(jobId, NO_ROOM);
  }
}
