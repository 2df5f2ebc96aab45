import type { Redis } from "ioredis";
import type { Logger } from "../log.js";
import { pingWhenSilent } from "./ping-when-silent.js";

/** What became of a process's connections, for metrics. */
export interface ConnectionTally {
  readonly reconnects: number;
}

/** Logs when Redis goes away and when it is back, once each however many connections there are, and keeps count. */
export class ConnectionWatch implements ConnectionTally {
  reconnects = 0;
  private readonly away = new Set<Redis>();

  constructor(
    private readonly log: Logger,
    private readonly healthCheckMs: number,
  ) {}

  watch(redis: Redis): void {
    let seen = false;
    redis.on("ready", () => {
      if (seen) this.reconnects++;
      seen = true;
      if (this.away.delete(redis) && this.away.size === 0) this.log.info("Redis is back");
    });
    redis.on("error", (error: NodeJS.ErrnoException) => {
      if (this.away.size === 0) this.tell(error);
      this.away.add(redis);
    });
    redis.once("end", () => this.away.delete(redis));
    pingWhenSilent(redis, this.healthCheckMs);
  }

  private tell(error: NodeJS.ErrnoException): void {
    const reason = error.code ?? error.message;
    if (/WRONGPASS|NOAUTH|invalid password/.test(error.message)) {
      this.log.error(
        { reason },
        "Redis refuses the user or password of REDIS_URL; asking again until it does not",
      );
    } else this.log.warn({ reason }, "Redis is away");
  }
}
