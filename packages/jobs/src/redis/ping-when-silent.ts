import type { Redis } from "ioredis";

/** A connection that has said nothing for so long is asked a PING, whatever the interval between health checks. */
const SILENT_MS = 4000;
/** How often it is looked whether it said something. */
const LOOK_MS = 500;

/**
 * Asks a PING at every health check, and sooner where the connection is silent: a pending command is what makes a dead
 * socket show (see `socketTimeout`), so that a half-open one is dropped within 15 s of its last word, busy or idle.
 */
export function pingWhenSilent(redis: Redis, healthCheckMs: number): void {
  let bytesRead = -1;
  let lastWord = performance.now();
  let lastPing = performance.now();
  let asked = false;
  const timer = setInterval(() => {
    if (redis.status !== "ready") return;
    const now = performance.now();
    if (redis.stream.bytesRead !== bytesRead) {
      bytesRead = redis.stream.bytesRead;
      lastWord = now;
      asked = false;
    }
    const silent = !asked && now - lastWord >= SILENT_MS;
    if (!silent && now - lastPing < healthCheckMs) return;
    lastPing = now;
    asked = true;
    redis.ping().catch(() => {});
  }, LOOK_MS);
  timer.unref();
  redis.once("end", () => clearInterval(timer));
}
