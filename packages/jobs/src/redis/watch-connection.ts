import type { Redis } from "ioredis";
import type { Logger } from "../log.js";
import { pingWhenSilent } from "./ping-when-silent.js";

/** What became of a process's connections, for metrics. */
export interface ConnectionTally {
  reconnects: number;
}

/** Logs when Redis goes away and comes back, once each, and keeps the connection's silence in sight. */
export function watchConnection(
  redis: Redis,
  healthCheckMs: number,
  log: Logger,
  tally: ConnectionTally,
): void {
  let away = false;
  let seen = false;
  redis.on("ready", () => {
    if (seen) tally.reconnects++;
    if (away) log.info({ connection: redis.options.connectionName }, "Redis is back");
    seen = true;
    away = false;
  });
  redis.on("error", (error: NodeJS.ErrnoException) => {
    const reason = error.code ?? error.message;
    if (!away) log.warn({ connection: redis.options.connectionName, reason }, "Redis is away");
    away = true;
  });
  pingWhenSilent(redis, healthCheckMs);
}

/** Warns where Redis may throw entries away: a queue must never lose any. */
export async function checkEviction(redis: Redis, log: Logger): Promise<void> {
  try {
    const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info("memory"))?.[1];
    if (policy === undefined) log.warn("Redis does not tell its maxmemory-policy; it must be noeviction");
    else if (policy !== "noeviction") {
      log.warn({ policy }, "Redis may evict entries of the queue: set maxmemory-policy to noeviction");
    }
  } catch (error) {
    log.warn(
      { reason: (error as Error).message },
      "Redis's maxmemory-policy cannot be read; it must be noeviction",
    );
  }
}
