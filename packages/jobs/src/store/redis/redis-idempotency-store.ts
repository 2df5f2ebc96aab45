import type { Redis } from "ioredis";
import type { IdempotencyEntry, IdempotencyStore } from "../idempotency-store.js";
import { idempotencyKey } from "./keys.js";
import { ask, runScript, withHash } from "./redis-client.js";

// `allow-oom`: the key of a job that was taken in before Redis was full must be kept with it.

/** KEYS: key; ARGV: what a claim of this request looks like, new value, ttl in ms. Leaves another request's alone. */
const hold = withHash(`#!lua flags=allow-oom
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`);

/** KEYS: key; ARGV: what a claim of this request looks like. */
const free = withHash(`#!lua flags=allow-oom
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`);

/** Seen by every web instance. */
export class RedisIdempotencyStore implements IdempotencyStore {
  constructor(
    private readonly redis: Redis,
    private readonly ttlSeconds: number,
    readonly claimMs = 30_000,
  ) {}

  claim(key: string, claimant: string): Promise<IdempotencyEntry | undefined> {
    return ask(this.redis, async (redis) => {
      const name = idempotencyKey(key);
      if ((await redis.set(name, claimOf(claimant), "PX", this.claimMs, "NX")) !== null) return undefined;
      return JSON.parse((await redis.get(name)) ?? "{}") as IdempotencyEntry;
    });
  }

  async renew(key: string, claimant: string): Promise<void> {
    const claim = claimOf(claimant);
    await runScript(this.redis, hold, [idempotencyKey(key)], [claim, claim, this.claimMs]);
  }

  async complete(key: string, claimant: string, entry: Required<IdempotencyEntry>): Promise<void> {
    const values = [claimOf(claimant), JSON.stringify(entry), this.ttlSeconds * 1000];
    await runScript(this.redis, hold, [idempotencyKey(key)], values);
  }

  async release(key: string, claimant: string): Promise<void> {
    await runScript(this.redis, free, [idempotencyKey(key)], [claimOf(claimant)]);
  }
}

const claimOf = (claimant: string): string => JSON.stringify({ claimant });
