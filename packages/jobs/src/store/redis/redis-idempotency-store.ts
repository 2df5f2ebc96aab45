import type { Redis } from "ioredis";
import type { IdempotencyEntry, IdempotencyStore, IdempotentJob } from "../idempotency-store.js";
import { idempotencyKey } from "./keys.js";
import { runScript, withHash } from "./redis-client.js";

// `allow-oom`: the key of a job that was taken in before Redis was full must be kept with it.
// An answer may get lost and the command be sent again: what a request holds already, it is given again.

const claimantOf = `
local held = redis.call('GET', KEYS[1])
local entry = held and cjson.decode(held) or {}
`;

/**
 * KEYS: key; ARGV: claimant, entry, ttl in ms. Gives what stands behind the key where it is not this claim. No flags: a
 * full Redis still tells what it has, and refuses what is new.
 */
const claim = withHash(`
${claimantOf}
if held and not (entry.claimant == ARGV[1] and not entry.jobId) then return held end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return false`);

/** KEYS: key; ARGV: claimant, entry, ttl in ms. A key that expired is taken again; a promise outlives a late renewal. */
const hold = withHash(`#!lua flags=allow-oom
${claimantOf}
if held and entry.claimant ~= ARGV[1] then return 0 end
if entry.jobId and not cjson.decode(ARGV[2]).jobId then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`);

/** KEYS: key; ARGV: claimant, or '' for a completed key. */
const free = withHash(`#!lua flags=allow-oom
${claimantOf}
if held and (entry.claimant or '') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`);

/** Seen by every web instance. */
export class RedisIdempotencyStore implements IdempotencyStore {
  constructor(
    private readonly redis: Redis,
    private readonly ttlSeconds: number,
    readonly claimMs = 30_000,
  ) {}

  async claim(key: string, claimant: string): Promise<IdempotencyEntry | undefined> {
    const found = await this.run(claim, key, [claimant, JSON.stringify({ claimant }), this.claimMs]);
    return found === null ? undefined : (JSON.parse(String(found)) as IdempotencyEntry);
  }

  async renew(key: string, claimant: string): Promise<void> {
    await this.run(hold, key, [claimant, JSON.stringify({ claimant }), this.claimMs]);
  }

  async promise(key: string, claimant: string, job: IdempotentJob): Promise<void> {
    await this.run(hold, key, [claimant, JSON.stringify({ claimant, ...job }), this.ttlSeconds * 1000]);
  }

  async complete(key: string, claimant: string, job: IdempotentJob): Promise<void> {
    await this.run(hold, key, [claimant, JSON.stringify(job), this.ttlSeconds * 1000]);
  }

  async release(key: string, claimant: string | undefined): Promise<void> {
    await this.run(free, key, [claimant ?? ""]);
  }

  private run(script: typeof claim, key: string, values: (string | number)[]): Promise<unknown> {
    return runScript(this.redis, script, [idempotencyKey(key)], values);
  }
}
