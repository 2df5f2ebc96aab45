import { randomUUID } from "node:crypto";
import type { Logger } from "../log.js";
import type { Settings } from "../settings/settings.js";
import { register } from "./register.js";
import { type Identity, newWorkerName, thisProcess } from "./worker-name.js";
import type { Registration, WorkerRegistry } from "./worker-registry.js";

/** What a worker counts of its own work. */
export interface WorkTally {
  rowsDone: number;
  job: string | null;
}

/**
 * Keeps a worker in the registry: registers it, tells how it is every few seconds, clears what dead workers left, and
 * takes it out again. A registry that cannot be reached is tried again at the next heartbeat; work goes on.
 */
export class Presence {
  private name: string;
  private readonly token = randomUUID();
  private registered = false;
  private readonly started = new Date().toISOString();
  private readonly identity: Identity;
  private lastRows = 0;
  private lastBeat = performance.now();
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> = Promise.resolve();
  collisions = 0;

  constructor(
    private readonly registry: WorkerRegistry,
    private readonly settings: Pick<Settings, "service" | "instance" | "commit" | "chunkLockMs">,
    private readonly tally: WorkTally,
    private readonly log: Logger,
    identity?: Identity,
  ) {
    this.identity = identity ?? thisProcess(settings.service);
    this.name = newWorkerName(this.identity);
  }

  async begin(): Promise<void> {
    await this.beat();
    // Six beats in the life of a registration: some may fail.
    this.timer = setInterval(() => {
      this.beating = this.beat();
    }, this.settings.chunkLockMs / 6);
    this.timer.unref();
  }

  async end(): Promise<void> {
    clearInterval(this.timer);
    await this.beating;
    await this.registry.deregister(this.name).catch(() => {});
  }

  private async beat(): Promise<void> {
    try {
      if (this.registered) await this.registry.heartbeat(this.describe(this.name));
      else {
        const makeName = () => newWorkerName(this.identity);
        // The same name as at a try whose answer got lost: it may be registered.
        const { record, collisions } = await register(
          this.registry,
          this.name,
          makeName,
          (name) => this.describe(name),
          this.log,
        );
        this.name = record.name;
        this.collisions += collisions;
        this.registered = true;
        this.log.info({ worker: this.name }, "registered");
      }
      const stale = await this.registry.sweep();
      if (stale.length > 0) this.log.info({ stale }, "cleared registrations of workers that are gone");
    } catch (error) {
      this.log.debug({ reason: (error as Error).message }, "the worker registry cannot be reached");
    }
  }

  private describe(name: string): Registration {
    const now = performance.now();
    const seconds = (now - this.lastBeat) / 1000;
    const rowsPerSecond = seconds > 0 ? Math.round((this.tally.rowsDone - this.lastRows) / seconds) : 0;
    this.lastBeat = now;
    this.lastRows = this.tally.rowsDone;
    return {
      name,
      token: this.token,
      service: this.identity.service,
      instance: this.settings.instance ?? null,
      host: this.identity.host,
      pid: this.identity.pid,
      commit: this.settings.commit ?? null,
      started: this.started,
      heartbeat: new Date().toISOString(),
      rssBytes: process.memoryUsage.rss(),
      rowsPerSecond,
      job: this.tally.job,
    };
  }
}
