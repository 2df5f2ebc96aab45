import type { Redis } from "ioredis";
import { NAMES_KEY, SWEEP_LOCK_KEY, workerKey } from "../store/redis/keys.js";
import { ask, runScript, withHash } from "../store/redis/redis-client.js";
import type { Registration, WorkerRecord, WorkerRegistry } from "./worker-registry.js";

// `allow-oom`: a worker is known while Redis is full, too.

/**
 * KEYS: worker, names; ARGV: name, record, ttl in ms, the record's token. A registration of the same token is one whose
 * answer got lost, not a collision.
 */
const enter = withHash(`#!lua flags=allow-oom
if not redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3], 'NX') then
  local held = redis.call('GET', KEYS[1])
  if not string.find(held, ARGV[4], 1, true) then return 0 end
end
redis.call('SADD', KEYS[2], ARGV[1])
return 1`);

/** KEYS: worker, names; ARGV: name, record, ttl in ms. */
const renew = withHash(`#!lua flags=allow-oom
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('SADD', KEYS[2], ARGV[1])
return 1`);

/** KEYS: sweep lock; ARGV: ttl in ms. */
const lock = withHash(`#!lua flags=allow-oom
return redis.call('SET', KEYS[1], '1', 'PX', ARGV[1], 'NX') and 1 or 0`);

/** KEYS: worker, names; ARGV: name. */
const forget = withHash(`#!lua flags=allow-oom
redis.call('DEL', KEYS[1])
redis.call('SREM', KEYS[2], ARGV[1])
return 1`);

/** Each registration is a key with a time to live; a set of names says which keys to ask. */
export class RedisWorkerRegistry implements WorkerRegistry {
  constructor(
    private readonly redis: Redis,
    /** How long a registration lives without a heartbeat. */
    private readonly ttlMs = 30_000,
  ) {}

  async register(record: Registration): Promise<boolean> {
    const values = [record.name, JSON.stringify(record), this.ttlMs, record.token];
    return (await runScript(this.redis, enter, [workerKey(record.name), NAMES_KEY], values)) === 1;
  }

  async heartbeat(record: Registration): Promise<void> {
    const values = [record.name, JSON.stringify(record), this.ttlMs];
    await runScript(this.redis, renew, [workerKey(record.name), NAMES_KEY], values);
  }

  async deregister(name: string): Promise<void> {
    await runScript(this.redis, forget, [workerKey(name), NAMES_KEY], [name]);
  }

  async list(): Promise<WorkerRecord[]> {
    const entries = await this.entries();
    return entries.flatMap(([, text]) => {
      if (text === null) return [];
      const { token: _, ...record } = JSON.parse(text) as Registration;
      return [record];
    });
  }

  async sweep(): Promise<string[]> {
    return ask(this.redis, async (redis) => {
      if ((await runScript(redis, lock, [SWEEP_LOCK_KEY], [10_000])) === 0) return [];
      try {
        const stale = (await this.entries()).flatMap(([name, text]) => (text === null ? [name] : []));
        if (stale.length > 0) await redis.srem(NAMES_KEY, ...stale);
        return stale;
      } finally {
        await redis.del(SWEEP_LOCK_KEY);
      }
    });
  }

  private entries(): Promise<[name: string, record: string | null][]> {
    return ask(this.redis, async (redis) => {
      const names = (await redis.smembers(NAMES_KEY)).sort();
      const texts = names.length === 0 ? [] : await redis.mget(names.map(workerKey));
      return names.map((name, i) => [name, texts[i] ?? null]);
    });
  }
}
