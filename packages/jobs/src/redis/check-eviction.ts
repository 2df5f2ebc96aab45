import type { Redis } from "ioredis";
import type { Logger } from "../log.js";

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
