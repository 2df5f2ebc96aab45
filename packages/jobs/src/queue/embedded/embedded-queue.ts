import { randomUUID } from "node:crypto";
import type { ChunkTask } from "../../job.js";
import {
  type ChunkHandler,
  type ChunkQueue,
  MAX_ATTEMPTS,
  type QueueCounts,
  type QueueEvents,
} from "../chunk-queue.js";

interface Entry {
  readonly task: ChunkTask;
  attempts: number;
}

/** The queue inside one process, for use without Redis. First in, first out; gone when the process ends. */
export class EmbeddedQueue implements ChunkQueue {
  readonly kind = "embedded";
  /** In order of arrival, by task key. */
  private readonly waiting = new Map<string, Entry>();
  private active: Entry | undefined;
  private activeDone: Promise<void> = Promise.resolve();
  private failed = 0;
  private handler: ChunkHandler | undefined;
  private events: QueueEvents = {};
  private paused = false;
  private closed = false;
  private readonly abort = new AbortController();

  async add(task: ChunkTask): Promise<void> {
    if (this.closed) throw new Error("the queue is closed");
    const key = keyOf(task);
    if (this.waiting.has(key) || (this.active !== undefined && keyOf(this.active.task) === key)) return;
    this.waiting.set(key, { task, attempts: 0 });
    this.wake();
  }

  async process(handler: ChunkHandler, events: QueueEvents = {}): Promise<void> {
    if (this.handler !== undefined) throw new Error("this queue has a handler already");
    this.handler = handler;
    this.events = events;
    this.wake();
  }

  async pause(): Promise<void> {
    this.paused = true;
  }

  async resume(): Promise<void> {
    this.paused = false;
    this.wake();
  }

  async remove(jobId: string, chunks: number): Promise<void> {
    for (let index = 0; index < chunks; index++) this.waiting.delete(keyOf({ jobId, index }));
  }

  async counts(): Promise<QueueCounts> {
    return { waiting: this.waiting.size, active: this.active === undefined ? 0 : 1, failed: this.failed };
  }

  async ping(): Promise<number> {
    return 0;
  }

  async close(graceMs = 20_000): Promise<void> {
    this.closed = true;
    this.waiting.clear();
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([this.activeDone, grace]);
    clearTimeout(timer);
    this.abort.abort(new Error("the queue was closed"));
  }

  private wake(): void {
    if (this.active !== undefined || this.handler === undefined || this.paused || this.closed) return;
    const next = this.waiting.entries().next();
    if (next.done) return;
    const [key, entry] = next.value;
    this.waiting.delete(key);
    this.active = entry;
    // A turn of the event loop between chunks, so that requests are answered while a job runs in this process.
    this.activeDone = new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => this.run(entry, this.handler!))
      .finally(() => {
        this.active = undefined;
        this.wake();
      });
  }

  private async run(entry: Entry, handler: ChunkHandler): Promise<void> {
    entry.attempts++;
    try {
      await handler(entry.task, this.abort.signal, randomUUID());
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      if (entry.attempts < MAX_ATTEMPTS && !this.closed) this.waiting.set(keyOf(entry.task), entry);
      else {
        this.failed++;
        await this.events.onGiveUp?.(entry.task, error);
      }
    }
  }
}

const keyOf = (task: Pick<ChunkTask, "jobId" | "index">): string => `${task.jobId}/${task.index}`;
