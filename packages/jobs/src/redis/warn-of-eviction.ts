import type { Redis } from "ioredis";
import type { Logger } from "../log.js";
import { isOfConnection } from "../store/redis/redis-client.js";

interface Finding {
  readonly fields: object;
  readonly message: string;
}

/**
 * Warns where Redis may throw entries away: a queue must never lose any. Looked at with every new connection, which may lead
 * to another Redis after a failover; the same is told once.
 */
export function warnOfEviction(redis: Redis, log: Logger): void {
  let told: string | undefined;
  redis.on("ready", async () => {
    const finding = await findingOf(redis);
    if (finding === undefined || finding.message === told) return;
    told = finding.message;
    log.warn(finding.fields, finding.message);
  });
}

async function findingOf(redis: Redis): Promise<Finding | undefined> {
  try {
    const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info("memory"))?.[1];
    if (policy === "noeviction") return undefined;
    const message =
      policy === undefined
        ? "Redis does not tell its maxmemory-policy; it must be noeviction"
        : "Redis may evict entries of the queue: set maxmemory-policy to noeviction";
    return { fields: { policy }, message };
  } catch (cause) {
    const error = cause as Error;
    // The next connection is asked again.
    if (isOfConnection(error)) return undefined;
    return {
      fields: { reason: error.message },
      message: "Redis's maxmemory-policy cannot be read; it must be noeviction",
    };
  }
}
