import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { setTimeout } from "node:timers/promises";
import type Bull from "bull";
import type { Redis } from "ioredis";
import { type ChunkTask, TASK_SCHEMA } from "../../job.js";
import { connect } from "../../redis/connection.js";
import { pingWhenSilent } from "../../redis/ping-when-silent.js";
import type { RedisSettings } from "../../settings/settings.js";
import { ask, toStoreError } from "../../store/redis/redis-client.js";
import {
  type BoardHandler,
  type ChunkHandler,
  type ChunkQueue,
  MAX_ATTEMPTS,
  NotForMeError,
  type QueueCounts,
  type QueueEvents,
} from "../chunk-queue.js";
import { keepLock } from "./keep-lock.js";

export interface BullQueueOptions {
  /** Default `shap-chunks`. The version of the task schema is part of the name: see `queueName`. */
  readonly name?: string;
  /** How long a silent worker keeps a chunk. Default 30 s: longer than a frozen Redis of 20 s. */
  readonly lockMs?: number;
  /** How often chunks of silent workers are looked for. Default a third of the lock. */
  readonly stalledCheckMs?: number;
  /** How soon a task that this process cannot do is offered anew, about. Default 2.5 s. */
  readonly notForMeMs?: number;
}

/**
 * Kills of a worker that a chunk survives: far above the three after which the handler itself calls a chunk
 * poisonous, so that Bull never drops a chunk unasked.
 */
const MAX_STALLED = 1000;

/** Bull's own count of tries is no use: it counts lost locks, too. See `Tries`. */
const BULL_ATTEMPTS = 1_000_000;
const AGAIN_MS = 1000;
/**
 * Workers of two generations may run side by side for minutes; what only one of them can do is offered anew for ten, now
 * sooner, now later: in step with Bull's own waits the same worker would get it again and again.
 */
const NOT_FOR_ME_MS = 2500;
const MAX_NOT_FOR_ME = 240;

/** What became of a task's tries so far, kept with it in the queue. */
interface Tries {
  readonly failed?: number;
  readonly notForMe?: number;
}
type Queued = ChunkTask & { readonly tries?: Tries };

const RETRY_MS = 1000;
const PAUSE_MS = 1000;

/**
 * The queue on Redis, through Bull. Two generations of workers run side by side during a deploy: tasks of another
 * schema have a queue of their own, so a worker never even takes what it does not understand.
 */
export class BullQueue implements ChunkQueue {
  readonly kind = "redis";
  private bull: Bull.Queue<Queued>;
  private readonly ownConnections: Redis[] = [];
  private readonly abort = new AbortController();
  private readonly lockMs: number;
  private active: Promise<void> = Promise.resolve();
  private events: QueueEvents = {};
  private closed = false;

  /** @param redis the process's command connection, shared and closed by the caller */
  constructor(
    private readonly redis: Redis,
    private readonly settings: RedisSettings,
    private readonly options: BullQueueOptions = {},
  ) {
    // Bull's scripts take whole milliseconds only.
    this.lockMs = Math.round(options.lockMs ?? 30_000);
    this.bull = this.open();
  }

  private open(): Bull.Queue<Queued> {
    const bull = new (loadBull())<Queued>(this.options.name ?? queueName(), {
      createClient: (type) => (type === "client" ? this.redis : this.connect(type)),
      settings: {
        lockDuration: this.lockMs,
        lockRenewTime: Math.round(this.lockMs / 4),
        stalledInterval: this.options.stalledCheckMs ?? Math.round(this.lockMs / 3),
        maxStalledCount: MAX_STALLED,
        drainDelay: 5,
        backoffStrategies: {
          byCause: (_made, error) => (error instanceof NotForMeError ? this.notForMeMs() : AGAIN_MS),
        },
      },
      defaultJobOptions: {
        attempts: BULL_ATTEMPTS,
        backoff: { type: "byCause" },
        removeOnComplete: true,
        removeOnFail: true,
      },
    });
    bull.on("error", (error) => this.events.onError?.(error));
    bull.on("stalled", (job: Bull.Job<Queued>) => this.events.onStalled?.(taskOf(job)));
    bull.on("lock-extension-failed", (job, error) => this.events.onLockExtensionFailed?.(taskOf(job), error));
    return bull;
  }

  private connect(type: "subscriber" | "bclient"): Redis {
    const connection = connect(
      this.settings,
      type === "bclient" ? "blocking" : "subscriber",
      `shap-bull-${type}`,
    );
    connection.on("error", (error) => this.events.onError?.(error));
    pingWhenSilent(connection, this.settings.healthCheckMs);
    this.ownConnections.push(connection);
    return connection;
  }

  private notForMeMs(): number {
    return Math.round((this.options.notForMeMs ?? NOT_FOR_ME_MS) * (0.5 + Math.random()));
  }

  async add(task: ChunkTask): Promise<void> {
    await ask(this.redis, () => this.bull.add(task, { jobId: bullId(task.jobId, task.index) }));
  }

  async process(handler: ChunkHandler, events: QueueEvents = {}): Promise<void> {
    this.events = events;
    void this.keepProcessing(handler);
  }

  /**
   * Bull waits for a Redis that is away, but where it goes away again while Bull sets itself up, Bull gives up for ever.
   * It gets a fresh queue then.
   */
  private async keepProcessing(handler: ChunkHandler): Promise<void> {
    while (!this.closed) {
      try {
        // Settles only when the queue closes.
        await this.bull.process(1, (job) => {
          const run = this.run(job, handler);
          this.active = run.catch(() => {});
          return run;
        });
      } catch (error) {
        if (this.closed) return;
        this.events.onError?.(error as Error);
        await setTimeout(RETRY_MS);
        for (const connection of this.ownConnections.splice(0)) connection.disconnect();
        this.bull = this.open();
      }
    }
  }

  async pause(): Promise<void> {
    await this.bull.pause(true, true);
  }

  async resume(): Promise<void> {
    await this.bull.resume(true);
  }

  async remove(jobId: string, chunks: number): Promise<void> {
    const batch = 100;
    for (let start = 0; start < chunks; start += batch) {
      const ids = Array.from({ length: Math.min(batch, chunks - start) }, (_, i) => bullId(jobId, start + i));
      // A chunk that is being explained is locked and stays; its handler finds the job gone.
      await ask(this.redis, () =>
        Promise.all(ids.map(async (id) => (await this.bull.getJob(id))?.remove().catch(() => {}))),
      );
    }
  }

  async counts(): Promise<QueueCounts> {
    // Bull's own count is a MULTI, which a full Redis refuses.
    const key = (list: string) => this.bull.toKey(list);
    const [waiting, paused, active, delayed, failed] = await ask(this.redis, (redis) =>
      Promise.all([
        redis.llen(key("wait")),
        redis.llen(key("paused")),
        redis.llen(key("active")),
        redis.zcard(key("delayed")),
        redis.zcard(key("failed")),
      ]),
    );
    return { waiting: waiting + paused + delayed, active, failed };
  }

  async ping(): Promise<number> {
    const start = performance.now();
    await ask(this.redis, (redis) => redis.ping());
    return performance.now() - start;
  }

  async board(path: string): Promise<BoardHandler> {
    const { queueBoard } = await import("./board.js");
    return queueBoard(this.bull, path);
  }

  async close(graceMs = 20_000): Promise<void> {
    this.closed = true;
    // Bull waits for Redis even to pause; where it is away, no chunk comes from it anyway.
    await within(this.bull.pause(true, true), PAUSE_MS);
    await within(this.active, graceMs);
    this.abort.abort(new Error("the worker is shutting down"));
    // A handler that heeds the signal gives its chunk back; Bull's own close waits for that.
    await within(this.bull.close(), 2000);
    for (const connection of this.ownConnections) connection.disconnect();
  }

  private async run(job: Bull.Job<Queued>, handler: ChunkHandler): Promise<void> {
    const task = taskOf(job);
    const lost = new AbortController();
    const signal = AbortSignal.any([this.abort.signal, lost.signal]);
    const stopKeeping = keepLock(job, this.lockMs, (error) => {
      this.events.onLockExtensionFailed?.(task, error);
      lost.abort(error);
    });
    try {
      await handler(task, signal, randomUUID());
    } catch (cause) {
      const error = toStoreError(cause);
      if (!signal.aborted) await this.countTry(job, error);
      throw error;
    } finally {
      stopKeeping();
    }
  }

  /** Gives the task up after its last try. */
  private async countTry(job: Bull.Job<Queued>, error: Error): Promise<void> {
    const { failed = 0, notForMe = 0 } = job.data.tries ?? {};
    const isLeft = error instanceof NotForMeError;
    if (isLeft) this.events.onLeft?.(taskOf(job), error);
    const tries = isLeft ? { failed, notForMe: notForMe + 1 } : { failed: failed + 1, notForMe };
    if (tries.failed < MAX_ATTEMPTS && tries.notForMe < MAX_NOT_FOR_ME) {
      await job.update({ ...job.data, tries });
      return;
    }
    // Told before Bull hears of it: if this process dies in between, the chunk comes back and fails again.
    await this.events.onGiveUp?.(taskOf(job), error);
    await job.discard();
  }
}

/** A process with the embedded queue has no use for it, and its start none for the time it takes to load. */
const loadBull = (): typeof Bull => createRequire(import.meta.url)("bull");

function taskOf({ data: { tries: _, ...task } }: Bull.Job<Queued>): ChunkTask {
  return task;
}

/** `shap-chunks-v<schema>`. */
export const queueName = (): string => `shap-chunks-v${TASK_SCHEMA}`;

/** Begins with a letter: Bull's own ids are numbers, and its lists live in the same key space. */
const bullId = (jobId: string, index: number): string => `c-${jobId}-${index}`;

async function within(work: Promise<unknown>, ms: number): Promise<void> {
  const over = new AbortController();
  const limit = setTimeout(ms, undefined, { signal: over.signal }).catch(() => {});
  await Promise.race([work.catch(() => {}), limit]);
  over.abort();
}
