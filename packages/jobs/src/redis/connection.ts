import { Redis, type RedisOptions } from "ioredis";
import type { RedisSettings } from "../settings/settings.js";

/**
 * What a connection is for. `command`: asks and waits for the answer, gives up after the time limit. `subscriber`: only
 * listens. `blocking`: waits in BRPOPLPUSH; a pending answer there is normal for seconds.
 */
export type ConnectionUse = "command" | "subscriber" | "blocking";

/**
 * Longer than Bull's own wait (drainDelay, 5 s), so that only a dead socket leaves a command unanswered for so long. A
 * connection that is silent is asked a PING within 5 s (pingWhenSilent): a half-open one is known for what it is within 15 s.
 */
const SILENCE_MS = 10_000;

/** The ioredis options for a use, with the reason where it is not the plain choice. */
export function connectionOptions(settings: RedisSettings, use: ConnectionUse, name: string): RedisOptions {
  const shared: RedisOptions = {
    connectionName: name,
    connectTimeout: settings.timeoutMs,
    keepAlive: 10_000,
    retryStrategy: (attempt) => reconnectDelay(attempt),
    reconnectOnError: onReadOnly(),
  };
  if (use === "command") {
    return { ...shared, maxRetriesPerRequest: 1, commandTimeout: settings.timeoutMs };
  }
  // Bull refuses other values on these two.
  return { ...shared, maxRetriesPerRequest: null, enableReadyCheck: false };
}

/** A second refusal within this time is told to the caller. */
const READ_ONLY_AGAIN_MS = 5000;

/**
 * A replica that was a master (failover) refuses writes: connect again to reach the new master, and ask it the same
 * (2). Where it refuses again, the command fails (1): the failover is not over yet, and nobody should hang on it.
 */
function onReadOnly(now: () => number = () => performance.now()): (error: Error) => false | 1 | 2 {
  let last = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (!error.message.startsWith("READONLY")) return false;
    const again = now() - last < READ_ONLY_AGAIN_MS;
    last = now();
    return again ? 1 : 2;
  };
}

/** Milliseconds before the next attempt: doubling from 50, at most 5 s, with up to 200 ms of chance added. */
export function reconnectDelay(attempt: number, random: () => number = Math.random): number {
  return Math.min(50 * 2 ** Math.min(attempt - 1, 10), 5000) + Math.floor(random() * 200);
}

/** @param silenceMs how long a socket with commands under way may say nothing. Default 10 s */
export function connect(
  settings: RedisSettings,
  use: ConnectionUse,
  name: string,
  silenceMs = SILENCE_MS,
): Redis {
  const redis = new Redis(settings.url, {
    ...connectionOptions(settings, use, name),
    // A socket with commands under way that says nothing is half-open: drop it and connect anew.
    socketTimeout: silenceMs,
  });
  redis.on("close", () => forgetSilence(redis));
  // No option of ioredis leaves it off: it calls setKeepAlive(true) whatever the number.
  if (!settings.keepAlive) redis.on("connect", () => void redis.stream.setKeepAlive(false));
  // Everyone who waits for a Redis that is away listens to its errors.
  redis.setMaxListeners(0);
  return redis;
}

/**
 * ioredis 5.11 leaves the timer of `socketTimeout` running when its socket closes: ten seconds later it would destroy the
 * new socket, which is well (mended in its version 6, pull request 2148).
 */
function forgetSilence(redis: Redis): void {
  const inner = redis as unknown as { socketTimeoutTimer?: NodeJS.Timeout };
  clearTimeout(inner.socketTimeoutTimer);
  inner.socketTimeoutTimer = undefined;
}
