import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { Matrix } from "shap-core";
import { encodeInputChunk } from "./chunk/input-chunk.js";
import { type NewJob, TASK_SCHEMA } from "./job.js";
import type { ChunkQueue } from "./queue/chunk-queue.js";
import type { ChunkStore } from "./store/chunk-store.js";
import type { JobStore } from "./store/job-store.js";

export interface IntakeServices {
  readonly jobs: JobStore;
  readonly chunks: ChunkStore;
  readonly queue: ChunkQueue;
}

/** Chunks of one job that may wait before its upload is held back. */
const MAX_WAITING = 64;
/** Chunks of all jobs that may wait on the queue before every upload is held back. */
export const MAX_QUEUED = 1000;
const LOOK_EVERY = 8;
const PATIENCE_MS = 300_000;
/** How often a job is touched while its upload goes on, however slowly; by its silence a crash is known. */
const TOUCH_MS = 5000;

/** The job was ended while its rows still arrived. */
export class JobEndedError extends Error {
  override readonly name = "JobEndedError";
}

/** Nobody explains chunks. */
export class NoWorkerError extends Error {
  override readonly name = "NoWorkerError";
}

/** Begins with a letter; 96 random bits, so that an id cannot be guessed. */
export const newJobId = (): string => `j${randomBytes(12).toString("hex")}`;

/**
 * Takes a job in, chunk by chunk, while its rows arrive. Ends by `seal`, or by `abandon`, which leaves nothing behind.
 */
export class JobIntake {
  private chunkCount = 0;
  private rowCount = 0;
  private readonly touching: NodeJS.Timeout;
  /** The chunk that is on its way to the store while the next one is read. */
  private underWay: Promise<void> = Promise.resolve();

  private constructor(
    readonly job: NewJob,
    private readonly services: IntakeServices,
    touchMs: number,
    private readonly gone: AbortSignal,
  ) {
    const touch = () => void services.jobs.touch(job.id).catch(() => {});
    this.touching = setInterval(touch, touchMs).unref();
  }

  /** @param gone is aborted when the client has hung up: an upload that is held back reads nothing that would tell */
  static async begin(
    job: NewJob,
    services: IntakeServices,
    touchMs = TOUCH_MS,
    gone: AbortSignal = new AbortController().signal,
  ): Promise<JobIntake> {
    await services.jobs.create({ ...job, schema: TASK_SCHEMA });
    return new JobIntake(job, services, touchMs, gone);
  }

  get rows(): number {
    return this.rowCount;
  }

  /**
   * Sends the rows on their way to the store and the queue, one chunk at a time. Waits while many chunks of the job wait,
   * so that an upload is held back to the pace of the workers.
   * @throws what the chunk before met with; JobEndedError where the job failed, was cancelled or deleted; NoWorkerError
   */
  async add(matrix: Matrix, ids: readonly (readonly string[])[]): Promise<void> {
    await this.underWay;
    await this.pace();
    this.underWay = this.send(this.chunkCount++, matrix, ids);
    // Whoever awaits it next hears of a failure; until then nobody may.
    this.underWay.catch(() => {});
    this.rowCount += matrix.rows;
  }

  /** Stores the rows before it queues the reference to them. */
  private async send(index: number, matrix: Matrix, ids: readonly (readonly string[])[]): Promise<void> {
    const { id: jobId, requestId } = this.job;
    await this.services.chunks.put(jobId, "in", index, encodeInputChunk({ matrix, ids }));
    await this.services.queue.add({ schema: TASK_SCHEMA, jobId, index, requestId });
  }

  /** Asks after the job once every few chunks only: what waits meanwhile is bounded. */
  private async pace(): Promise<void> {
    if (this.chunkCount % LOOK_EVERY !== 0) return;
    let last = { chunksDone: -1, waiting: Number.POSITIVE_INFINITY };
    let lastProgress = performance.now();
    for (;;) {
      this.gone.throwIfAborted();
      if (!(await this.services.jobs.touch(this.job.id))) throw await this.ended();
      const chunksDone = (await this.services.jobs.get(this.job.id))?.chunksDone ?? 0;
      const { waiting } = await this.services.queue.counts();
      if (this.chunkCount - chunksDone <= MAX_WAITING && waiting < MAX_QUEUED) return;
      if (chunksDone > last.chunksDone || waiting < last.waiting) lastProgress = performance.now();
      last = { chunksDone, waiting };
      if (performance.now() - lastProgress > PATIENCE_MS) {
        throw new NoWorkerError(`no worker took a chunk for ${PATIENCE_MS / 60_000} minutes`);
      }
      await setTimeout(25);
    }
  }

  /** @throws what the last chunk met with; JobEndedError as `add` does */
  async seal(): Promise<void> {
    await this.underWay;
    const sealed = await this.services.jobs.seal(this.job.id, this.rowCount, this.chunkCount);
    // A job whose last chunk was done and counted is completed by an earlier try to seal it, whose answer got lost.
    if (!sealed && (await this.services.jobs.get(this.job.id))?.state !== "completed")
      throw await this.ended();
    clearInterval(this.touching);
  }

  private async ended(): Promise<JobEndedError> {
    const { id } = this.job;
    const job = await this.services.jobs.get(id);
    if (job === undefined) return new JobEndedError(`job ${id} was deleted`);
    return new JobEndedError(`job ${id} is ${job.state}${job.error === undefined ? "" : `: ${job.error}`}`);
  }

  async abandon(): Promise<void> {
    clearInterval(this.touching);
    await this.underWay.catch(() => {});
    await removeJob(this.job.id, this.services, this.chunkCount);
  }
}

/**
 * Frees all a job holds. Its record goes first, so that a worker at one of its chunks finds that nobody waits.
 * @param chunks how many were sent on their way; default: as many as have rows that wait
 */
export async function removeJob(id: string, services: IntakeServices, chunks?: number): Promise<void> {
  const sent = chunks ?? (await chunksWithRows(id, services.chunks));
  await services.jobs.remove(id);
  await services.chunks.removeJob(id);
  await services.queue.remove(id, sent);
}

/** A job that is not sealed does not say how many chunks it has: the rows that still wait tell which tasks do. */
export const chunksWithRows = async (id: string, chunks: ChunkStore): Promise<number> =>
  Math.max(-1, ...(await chunks.waiting(id))) + 1;
