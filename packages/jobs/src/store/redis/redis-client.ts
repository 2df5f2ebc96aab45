import { createHash } from "node:crypto";
import { types } from "node:util";
import type { Redis } from "ioredis";
import { StoreFullError } from "../chunk-store.js";
import { StoreUnavailableError } from "../job-store.js";

/** Asks Redis at once or not at all: a store that is away is an answer too, and comes without waiting. */
export async function ask<T>(redis: Redis, question: (redis: Redis) => Promise<T>): Promise<T> {
  if (redis.status !== "ready") throw new StoreUnavailableError(`Redis is away (${redis.status})`);
  try {
    return await question(redis);
  } catch (cause) {
    throw toStoreError(cause);
  }
}

/** A Lua script with the hash Redis knows it by. */
export interface Script {
  readonly text: string;
  readonly sha1: string;
}

export function withHash(text: string): Script {
  return { text, sha1: createHash("sha1").update(text).digest("hex") };
}

/** Runs a script by its hash, and sends its text where Redis does not know it yet. */
export async function runScript(
  redis: Redis,
  script: Script,
  keys: readonly string[],
  values: readonly (string | number | Buffer)[],
): Promise<unknown> {
  return ask(redis, async () => {
    try {
      return await redis.evalsha(script.sha1, keys.length, ...keys, ...values);
    } catch (error) {
      if (!types.isNativeError(error) || !error.message.startsWith("NOSCRIPT")) throw error;
      return redis.eval(script.text, keys.length, ...keys, ...values);
    }
  });
}

/** What an ioredis or Redis error means to a caller. */
export function toStoreError(cause: unknown): Error {
  if (!types.isNativeError(cause)) return new Error(String(cause));
  if (cause.message.startsWith("OOM ") || cause.message.includes("-OOM ")) {
    return new StoreFullError("Redis is full", { cause });
  }
  const away =
    /Command timed out|Connection is closed|max retries per request|LOADING|READONLY|ECONN|ETIMEDOUT|MASTERDOWN|NOAUTH|WRONGPASS|Socket timeout/;
  if (away.test(cause.message)) return new StoreUnavailableError("Redis is away", { cause });
  return cause;
}

/** Whether an error tells of a connection, whose coming and going is told elsewhere; `code` is Node's, or OpenSSL's. */
export function isOfConnection(error: Error & { code?: unknown }): boolean {
  return typeof error.code === "string" || toStoreError(error) instanceof StoreUnavailableError;
}
