import { Redis, type RedisOptions } from "ioredis";
import type { RedisSettings } from "../settings/settings.js";

/**
 * What a connection is for. `command`: asks and waits for the answer, gives up after the time limit. `subscriber`: only
 * listens. `blocking`: waits in BRPOPLPUSH; a pending answer there is normal for seconds.
 */
export type ConnectionUse = "command" | "subscriber" | "blocking";

/**
 * A socket with commands under way that says nothing for so long is half-open: it is dropped, and the connection made
 * anew. Longer than Bull's own wait (drainDelay, 5 s).
 */
const SILENCE_MS = 15_000;

/** The ioredis options for a use, with the reason where it is not the plain choice. */
export function connectionOptions(settings: RedisSettings, use: ConnectionUse, name: string): RedisOptions {
  const shared: RedisOptions = {
    connectionName: name,
    connectTimeout: settings.timeoutMs,
    keepAlive: settings.keepAlive ? 10_000 : -1,
    retryStrategy: (attempt) => reconnectDelay(attempt),
    // A replica that was a master (failover) refuses writes: connect again to reach the new master.
    reconnectOnError: (error) => (error.message.startsWith("READONLY") ? 2 : false),
  };
  if (use === "command") {
    return { ...shared, maxRetriesPerRequest: 1, commandTimeout: settings.timeoutMs };
  }
  // Bull refuses other values on these two.
  return { ...shared, maxRetriesPerRequest: null, enableReadyCheck: false };
}

/** Milliseconds before the next attempt: doubling from 50, at most 5 s, with up to 200 ms of chance added. */
export function reconnectDelay(attempt: number, random: () => number = Math.random): number {
  return Math.min(50 * 2 ** Math.min(attempt - 1, 10), 5000) + Math.floor(random() * 200);
}

/** @param silenceMs how long a socket with commands under way may say nothing. Default 15 s */
export function connect(
  settings: RedisSettings,
  use: ConnectionUse,
  name: string,
  silenceMs = SILENCE_MS,
): Redis {
  const redis = new Redis(settings.url, {
    ...connectionOptions(settings, use, name),
    socketTimeout: silenceMs,
  });
  // ioredis 5 forgets to stop the timer of a socket that is gone, and destroys the sound one in its place when it
  // runs out (6.0 is mended).
  const timers = redis as unknown as { socketTimeoutTimer?: NodeJS.Timeout };
  redis.on("close", () => {
    clearTimeout(timers.socketTimeoutTimer);
    timers.socketTimeoutTimer = undefined;
  });
  return redis;
}
