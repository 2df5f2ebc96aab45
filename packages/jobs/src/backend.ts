import { once } from "node:events";
import type { Logger } from "./log.js";
import { BullQueue, type BullQueueOptions } from "./queue/bull/bull-queue.js";
import type { ChunkQueue } from "./queue/chunk-queue.js";
import { EmbeddedQueue } from "./queue/embedded/embedded-queue.js";
import { checkEviction } from "./redis/check-eviction.js";
import { connect } from "./redis/connection.js";
import { type ConnectionTally, ConnectionWatch } from "./redis/connection-watch.js";
import { subscribeJobs } from "./redis/subscribe-jobs.js";
import type { RedisSettings, Settings } from "./settings/settings.js";
import type { ChunkStore } from "./store/chunk-store.js";
import { FileChunkStore } from "./store/files/file-chunk-store.js";
import { type IdempotencyStore, MemoryIdempotencyStore } from "./store/idempotency-store.js";
import { JobChanges } from "./store/job-changes.js";
import type { JobStore } from "./store/job-store.js";
import { MemoryJobStore } from "./store/memory/memory-job-store.js";
import { RedisChunkStore } from "./store/redis/redis-chunk-store.js";
import { RedisIdempotencyStore } from "./store/redis/redis-idempotency-store.js";
import { RedisJobStore } from "./store/redis/redis-job-store.js";
import { MemoryWorkerRegistry } from "./workers/memory-worker-registry.js";
import { RedisWorkerRegistry } from "./workers/redis-worker-registry.js";
import type { WorkerRegistry } from "./workers/worker-registry.js";

/** Everything jobs are kept in: on Redis, shared by many processes, or inside this one. */
export interface Backend {
  readonly jobs: JobStore;
  readonly chunks: ChunkStore;
  readonly queue: ChunkQueue;
  readonly workers: WorkerRegistry;
  readonly idempotency: IdempotencyStore;
  /** Tells of changes of jobs, wherever they were made. */
  readonly changes: JobChanges;
  readonly connections: ConnectionTally;
  /** Settles when Redis answers or `ms` have passed, whichever is first: a start does not hang on Redis. */
  settled(ms: number): Promise<void>;
  /** Lets the present chunk finish within `graceMs`, then lets go of every connection and file. */
  close(graceMs?: number): Promise<void>;
}

export interface BackendOptions {
  readonly queue?: BullQueueOptions;
  /** Whether to hear of changes of jobs; a worker need not. Default true. */
  readonly listen?: boolean;
}

export function openBackend(settings: Settings, log: Logger, options: BackendOptions = {}): Backend {
  return settings.redis === undefined
    ? embeddedBackend(settings)
    : redisBackend(settings, settings.redis, log, options);
}

function embeddedBackend(settings: Settings): Backend {
  const chunks = new FileChunkStore();
  const jobs = new MemoryJobStore(settings.jobTtlSeconds, (job) => void chunks.removeJob(job.id));
  const queue = new EmbeddedQueue();
  return {
    jobs,
    chunks,
    queue,
    workers: new MemoryWorkerRegistry(),
    idempotency: new MemoryIdempotencyStore(settings.jobTtlSeconds, settings.chunkLockMs),
    changes: jobs.changes,
    connections: { reconnects: 0 },
    async settled() {},
    async close(graceMs) {
      await queue.close(graceMs);
      await chunks.close();
    },
  };
}

function redisBackend(
  settings: Settings,
  redisSettings: RedisSettings,
  log: Logger,
  options: BackendOptions,
): Backend {
  const connections = new ConnectionWatch(log, redisSettings.healthCheckMs);
  const redis = connect(redisSettings, "command", "shap-command");
  connections.watch(redis);
  redis.once("ready", () => void checkEviction(redis, log));
  const queue = new BullQueue(redis, redisSettings, { lockMs: settings.chunkLockMs, ...options.queue });
  const changes = new JobChanges();
  const subscriber =
    options.listen === false ? undefined : connect(redisSettings, "subscriber", "shap-changes");
  if (subscriber !== undefined) {
    connections.watch(subscriber);
    subscribeJobs(subscriber, changes);
  }
  return {
    jobs: new RedisJobStore(redis, settings.jobTtlSeconds),
    chunks: new RedisChunkStore(redis, settings.jobTtlSeconds),
    queue,
    workers: new RedisWorkerRegistry(redis, settings.chunkLockMs),
    idempotency: new RedisIdempotencyStore(redis, settings.jobTtlSeconds, settings.chunkLockMs),
    changes,
    connections,
    async settled(ms) {
      if (redis.status === "ready") return;
      await once(redis, "ready", { signal: AbortSignal.timeout(ms) }).catch(() => {});
    },
    async close(graceMs) {
      await queue.close(graceMs);
      subscriber?.disconnect();
      redis.disconnect();
    },
  };
}
