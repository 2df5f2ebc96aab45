import type { Redis } from "ioredis";
import { CLAIM_SECONDS, type IdempotencyEntry, type IdempotencyStore } from "../idempotency-store.js";
import { idempotencyKey } from "./keys.js";
import { ask } from "./redis-client.js";

/** Seen by every web instance. */
export class RedisIdempotencyStore implements IdempotencyStore {
  constructor(
    private readonly redis: Redis,
    private readonly ttlSeconds: number,
  ) {}

  claim(key: string): Promise<IdempotencyEntry | undefined> {
    return ask(this.redis, async (redis) => {
      const name = idempotencyKey(key);
      if ((await redis.set(name, "{}", "EX", CLAIM_SECONDS, "NX")) !== null) return undefined;
      return JSON.parse((await redis.get(name)) ?? "{}") as IdempotencyEntry;
    });
  }

  async complete(key: string, entry: Required<IdempotencyEntry>): Promise<void> {
    await ask(this.redis, (redis) =>
      redis.set(idempotencyKey(key), JSON.stringify(entry), "EX", this.ttlSeconds),
    );
  }

  async release(key: string): Promise<void> {
    await ask(this.redis, (redis) => redis.del(idempotencyKey(key)));
  }
}
