import { once } from "node:events";
import type { Logger } from "./log.js";
import { BullQueue, type BullQueueOptions } from "./queue/bull/bull-queue.js";
import type { ChunkQueue } from "./queue/chunk-queue.js";
import { EmbeddedQueue } from "./queue/embedded/embedded-queue.js";
import { connect } from "./redis/connection.js";
import type { Settings } from "./settings/settings.js";
import type { ChunkStore } from "./store/chunk-store.js";
import { FileChunkStore } from "./store/files/file-chunk-store.js";
import type { JobStore } from "./store/job-store.js";
import { MemoryJobStore } from "./store/memory/memory-job-store.js";
import { RedisChunkStore } from "./store/redis/redis-chunk-store.js";
import { RedisJobStore } from "./store/redis/redis-job-store.js";

/** Everything jobs are kept in: on Redis, shared by many processes, or inside this one. */
export interface Backend {
  readonly jobs: JobStore;
  readonly chunks: ChunkStore;
  readonly queue: ChunkQueue;
  /** Settles when Redis answers or `ms` have passed, whichever is first: a start does not hang on Redis. */
  settled(ms: number): Promise<void>;
  /** Lets the present chunk finish within `graceMs`, then lets go of every connection and file. */
  close(graceMs?: number): Promise<void>;
}

export function openBackend(settings: Settings, log: Logger, queueOptions: BullQueueOptions = {}): Backend {
  return settings.redis === undefined
    ? embeddedBackend(settings)
    : redisBackend(settings, settings.redis, log, queueOptions);
}

function embeddedBackend(settings: Settings): Backend {
  const chunks = new FileChunkStore();
  const jobs = new MemoryJobStore(settings.jobTtlSeconds, (job) => void chunks.removeJob(job.id));
  const queue = new EmbeddedQueue();
  return {
    jobs,
    chunks,
    queue,
    async settled() {},
    async close(graceMs) {
      await queue.close(graceMs);
      await chunks.close();
    },
  };
}

function redisBackend(
  settings: Settings,
  redisSettings: NonNullable<Settings["redis"]>,
  log: Logger,
  queueOptions: BullQueueOptions,
): Backend {
  const redis = connect(redisSettings, "command", "shap-command");
  let away = false;
  redis.on("ready", () => {
    if (away) log.info("Redis is back");
    away = false;
  });
  redis.on("error", (error) => {
    if (!away) log.warn({ reason: error.message || (error as NodeJS.ErrnoException).code }, "Redis is away");
    away = true;
  });
  const queue = new BullQueue(redis, redisSettings, queueOptions);
  return {
    jobs: new RedisJobStore(redis, settings.jobTtlSeconds),
    chunks: new RedisChunkStore(redis, settings.jobTtlSeconds),
    queue,
    async settled(ms) {
      if (redis.status === "ready") return;
      const limit = AbortSignal.timeout(ms);
      await once(redis, "ready", { signal: limit }).catch(() => {});
    },
    async close(graceMs) {
      await queue.close(graceMs);
      redis.disconnect();
    },
  };
}
