import { once } from "node:events";
import type { Job } from "./job.js";
import { RedisRequestCounts } from "./limits/redis-request-counts.js";
import type { RequestCounts } from "./limits/request-counts.js";
import type { Logger } from "./log.js";
import { uploadFolder } from "./models/model-folder.js";
import { BullQueue, type BullQueueOptions } from "./queue/bull/bull-queue.js";
import type { ChunkQueue } from "./queue/chunk-queue.js";
import { EmbeddedQueue } from "./queue/embedded/embedded-queue.js";
import { connect } from "./redis/connection.js";
import { type ConnectionTally, ConnectionWatch } from "./redis/connection-watch.js";
import { subscribeJobs } from "./redis/subscribe-jobs.js";
import { warnOfEviction } from "./redis/warn-of-eviction.js";
import type { RedisSettings, Settings } from "./settings/settings.js";
import type { ChunkStore } from "./store/chunk-store.js";
import { FileChunkStore } from "./store/files/file-chunk-store.js";
import { FileModelStore } from "./store/files/file-model-store.js";
import { type IdempotencyStore, MemoryIdempotencyStore } from "./store/idempotency-store.js";
import { JobChanges } from "./store/job-changes.js";
import type { JobStore } from "./store/job-store.js";
import { MemoryJobStore } from "./store/memory/memory-job-store.js";
import type { ModelStore } from "./store/model-store.js";
import { RedisChunkStore } from "./store/redis/redis-chunk-store.js";
import { RedisIdempotencyStore } from "./store/redis/redis-idempotency-store.js";
import { RedisJobStore } from "./store/redis/redis-job-store.js";
import { RedisModelStore } from "./store/redis/redis-model-store.js";
import { MemoryTotals } from "./totals/memory-totals.js";
import { RedisTotals } from "./totals/redis-totals.js";
import type { Totals } from "./totals/totals.js";
import { MemoryWorkerRegistry } from "./workers/memory-worker-registry.js";
import { RedisWorkerRegistry } from "./workers/redis-worker-registry.js";
import type { WorkerRegistry } from "./workers/worker-registry.js";

/** Everything jobs and uploaded models are kept in: on Redis, shared by many processes, or inside this one. */
export interface Backend {
  readonly jobs: JobStore;
  readonly chunks: ChunkStore;
  readonly modelStore: ModelStore;
  readonly queue: ChunkQueue;
  readonly workers: WorkerRegistry;
  readonly idempotency: IdempotencyStore;
  /** What is counted over all processes, for metrics. */
  readonly totals: Totals;
  /** Callers' requests over all web processes; absent where there is only this one. */
  readonly requests?: RequestCounts;
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
  /** Whether to hear of changes of jobs and models; a worker need not. Default true. */
  readonly listen?: boolean;
}

export function openBackend(settings: Settings, log: Logger, options: BackendOptions = {}): Backend {
  return settings.redis === undefined
    ? embeddedBackend(settings)
    : redisBackend(settings, settings.redis, log, options);
}

function embeddedBackend(settings: Settings): Backend {
  const modelStore = new FileModelStore(uploadFolder(settings.modelDir), settings.jobTtlSeconds);
  const chunks: FileChunkStore = new FileChunkStore((id, kind) => jobs.wantsBlob(id, kind));
  const totals = new MemoryTotals();
  const freeBlobs = (job: Job) => void chunks.removeJob(job.id).catch(() => {});
  const jobs: MemoryJobStore = new MemoryJobStore(settings.jobTtlSeconds, freeBlobs, Date.now, totals);
  const queue = new EmbeddedQueue();
  return {
    jobs,
    chunks,
    modelStore,
    queue,
    workers: new MemoryWorkerRegistry(),
    idempotency: new MemoryIdempotencyStore(settings.jobTtlSeconds, settings.chunkLockMs),
    totals,
    changes: jobs.changes,
    connections: { reconnects: 0 },
    async settled() {},
    async close(graceMs) {
      await queue.close(graceMs);
      await chunks.close();
      await modelStore.close();
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
  warnOfEviction(redis, log);
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
    modelStore: new RedisModelStore(redis, settings.jobTtlSeconds, subscriber),
    queue,
    workers: new RedisWorkerRegistry(redis, settings.chunkLockMs),
    idempotency: new RedisIdempotencyStore(redis, settings.jobTtlSeconds, settings.chunkLockMs),
    totals: new RedisTotals(redis),
    requests: new RedisRequestCounts(redis),
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
