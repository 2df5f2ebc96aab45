import { randomUUID } from "node:crypto";
import type { Backend } from "./backend.js";
import { chunkHandler } from "./explain-chunk.js";
import type { ChunkTask } from "./job.js";
import { sweepJobs } from "./job-sweeper.js";
import type { Logger } from "./log.js";
import type { ModelCatalogue } from "./models/model-catalogue.js";
import { collectGarbage } from "./process/collect-garbage.js";
import type { MemoryLevel } from "./process/memory-watch.js";
import type { Settings } from "./settings/settings.js";
import { StoreFullError } from "./store/chunk-store.js";
import { isOfConnection, toStoreError } from "./store/redis/redis-client.js";
import { waitForStore } from "./wait-for-store.js";
import { Presence } from "./workers/presence.js";
import type { Identity } from "./workers/worker-name.js";

export interface WorkServices {
  readonly settings: Settings;
  readonly log: Logger;
  readonly backend: Backend;
  readonly models: ModelCatalogue;
  /** Default: this process. */
  readonly identity?: Identity;
}

/** What a working process has seen, for metrics. */
export interface WorkTallies {
  rowsDone: number;
  job: string | null;
  chunks: number;
  chunkSeconds: number;
  chunksFailed: number;
  stalled: number;
  lockFailures: number;
}

/** What a log line tells of a chunk: the request that brought it, too. */
const named = ({ jobId, index, requestId }: ChunkTask) => ({ jobId, chunk: index, requestId });

/**
 * A process at work: takes chunks off the queue, is known to the registry, and now and then finishes what others
 * left. `close` takes it out of the registry; the queue itself is the backend's to close.
 */
export class Work {
  readonly tallies: WorkTallies = {
    rowsDone: 0,
    job: null,
    chunks: 0,
    chunkSeconds: 0,
    chunksFailed: 0,
    stalled: 0,
    lockFailures: 0,
  };
  readonly presence: Presence;
  private readonly sweeper: NodeJS.Timeout;
  private readonly reporter: NodeJS.Timeout;
  private readonly id = randomUUID();
  private toldOfLeft = Number.NEGATIVE_INFINITY;

  private constructor(private readonly services: WorkServices) {
    const { settings, log, backend, identity } = services;
    this.presence = new Presence(backend.workers, settings, this.tallies, log, identity);
    this.sweeper = setInterval(() => void this.sweep(), settings.chunkLockMs).unref();
    this.reporter = setInterval(() => void this.report(), settings.chunkLockMs / 6).unref();
  }

  static async begin(services: WorkServices): Promise<Work> {
    const work = new Work(services);
    await work.presence.begin();
    await work.takeChunks();
    return work;
  }

  /** Takes no new chunk while memory is short. */
  async heed(level: MemoryLevel): Promise<void> {
    const { queue } = this.services.backend;
    await (level === "ok" ? queue.resume() : queue.pause());
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper);
    clearInterval(this.reporter);
    await this.report();
    await this.presence.end();
  }

  /** Brings what this process has counted to the totals. Where they are away, a later report has it all. */
  async report(): Promise<void> {
    const { backend, models, log } = this.services;
    const { rowsDone, chunks, chunkSeconds, chunksFailed, stalled, lockFailures } = this.tallies;
    try {
      await backend.totals.report(this.id, {
        rowsExplained: rowsDone,
        chunksExplained: chunks,
        chunkSeconds,
        chunksFailed,
        chunksStalled: stalled,
        lockFailures,
        nameCollisions: this.presence.collisions,
        redisReconnects: backend.connections.reconnects,
        explainersCompiled: models.explainers.compiled,
        compileSeconds: models.explainers.compileSeconds,
      });
    } catch (error) {
      log.debug({ reason: (error as Error).message }, "the totals cannot be reached");
    }
  }

  private async takeChunks(): Promise<void> {
    const { settings, backend, models, log } = this.services;
    const { tallies } = this;
    const { limitBytes } = settings.memory;
    const handle = waitForStore(
      chunkHandler({ ...backend, models, limitBytes, tally: tallies }),
      backend.jobs,
    );
    await backend.queue.process(
      async (task, signal, run) => {
        const start = performance.now();
        await handle(task, signal, run);
        tallies.chunks++;
        tallies.chunkSeconds += (performance.now() - start) / 1000;
        log.debug(named(task), "a chunk is explained");
        if (settings.memory.aggressive) this.forget();
      },
      {
        onGiveUp: async (task, error) => {
          tallies.chunksFailed++;
          log.error({ ...named(task), reason: error.message }, "a chunk failed");
          await backend.jobs.fail(task.jobId, `chunk ${task.index}: ${error.message}`);
        },
        onLeft: (task, error) => {
          // Each chunk that waits says so every few seconds: once a minute is enough to know.
          const isNews = performance.now() - this.toldOfLeft > 60_000;
          if (isNews) this.toldOfLeft = performance.now();
          const fields = { ...named(task), reason: error.message };
          log[isNews ? "warn" : "debug"](fields, "a chunk is left to another worker");
        },
        onStalled: (task) => {
          tallies.stalled++;
          log.warn(named(task), "the chunk of a silent worker came back");
        },
        onLockExtensionFailed: (task, error) => {
          tallies.lockFailures++;
          log.warn({ ...named(task), reason: error.message }, "a lock was not renewed");
        },
        onError: (error) => {
          // What is away or full is told where it is noticed; Bull says it again each second.
          const known = isOfConnection(error) || toStoreError(error) instanceof StoreFullError;
          log[known ? "debug" : "error"]({ reason: error.message }, "the queue reported an error");
        },
      },
    );
  }

  /** AGGRESSIVE_MEMORY_MANAGEMENT: caches and garbage go after every chunk. */
  private forget(): void {
    this.services.models.dropExplainers();
    collectGarbage();
  }

  private async sweep(): Promise<void> {
    const { backend, log, settings } = this.services;
    try {
      await sweepJobs(backend, log, settings.chunkLockMs);
    } catch (error) {
      log.debug({ reason: (error as Error).message }, "jobs cannot be swept just now");
    }
  }
}
