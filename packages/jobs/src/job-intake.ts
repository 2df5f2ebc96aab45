import { randomBytes } from "node:crypto";
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

/** Begins with a letter; 96 random bits, so that an id cannot be guessed. */
export const newJobId = (): string => `j${randomBytes(12).toString("hex")}`;

/**
 * Takes a job in, chunk by chunk, while its rows arrive. Ends by `seal`, or by `abandon`, which leaves nothing behind.
 */
export class JobIntake {
  private chunkCount = 0;
  private rowCount = 0;

  private constructor(
    readonly job: NewJob,
    private readonly services: IntakeServices,
  ) {}

  static async begin(job: NewJob, services: IntakeServices): Promise<JobIntake> {
    await services.jobs.create(job);
    return new JobIntake(job, services);
  }

  get rows(): number {
    return this.rowCount;
  }

  /** Stores the rows before it queues the reference to them. */
  async add(matrix: Matrix, ids: readonly (readonly string[])[]): Promise<void> {
    const index = this.chunkCount++;
    const { job } = this;
    const bytes = encodeInputChunk({ matrix, ids });
    await this.services.chunks.put(job.id, "in", index, bytes);
    await this.services.queue.add({
      schema: TASK_SCHEMA,
      jobId: job.id,
      index,
      rows: matrix.rows,
      requestId: job.requestId,
    });
    this.rowCount += matrix.rows;
  }

  async seal(): Promise<void> {
    await this.services.jobs.seal(this.job.id, this.rowCount, this.chunkCount);
  }

  async abandon(): Promise<void> {
    await removeJob(this.job.id, this.chunkCount, this.services);
  }
}

/** Frees all a job holds. Its record goes first, so that a worker at one of its chunks finds that nobody waits. */
export async function removeJob(id: string, chunks: number, services: IntakeServices): Promise<void> {
  await services.jobs.remove(id);
  await services.chunks.removeJob(id);
  await services.queue.remove(id, chunks);
}
