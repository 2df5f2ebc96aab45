import type { Redis } from "ioredis";

/** A connection that has said nothing for so long is asked a PING, whatever the interval between health checks. */
const SILENT_MS = 5000;

/**
 * Asks a PING at every health check, and sooner where the connection is silent: a pending command is what makes a dead
 * socket show (see `socketTimeout`), so that a half-open one is dropped 15 s after its last word, busy or idle.
 */
export function pingWhenSilent(redis: Redis, healthCheckMs: number): void {
  let bytesRead = -1;
  let lastCheck = performance.now();
  const timer = setInterval(
    () => {
      if (redis.status !== "ready") return;
      const now = performance.now();
      const silent = redis.stream.bytesRead === bytesRead;
      bytesRead = redis.stream.bytesRead;
      if (!silent && now - lastCheck < healthCheckMs) return;
      lastCheck = now;
      redis.ping().catch(() => {});
    },
    Math.min(SILENT_MS, healthCheckMs),
  );
  timer.unref();
  redis.once("end", () => clearInterval(timer));
}
