import type { Redis } from "ioredis";
import { requestsKey } from "../store/redis/keys.js";
import { runScript, withHash } from "../store/redis/redis-client.js";
import type { RequestCounts } from "./request-counts.js";

/** A window is a minute; clocks of machines differ a little. */
const KEPT_SECONDS = 180;

/** `allow-oom`: a full Redis must not lift the limits. KEYS: window; ARGV: ttl, then caller and number in turn. */
const addRequests = withHash(`#!lua flags=allow-oom
local totals = {}
for i = 2, #ARGV, 2 do totals[i / 2] = redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return totals`);

/** One hash a window, with a field a caller. */
export class RedisRequestCounts implements RequestCounts {
  constructor(private readonly redis: Redis) {}

  async add(window: number, seen: ReadonlyMap<string, number>): Promise<Map<string, number>> {
    const values = [KEPT_SECONDS, ...[...seen].flat()];
    const totals = (await runScript(this.redis, addRequests, [requestsKey(window)], values)) as number[];
    return new Map([...seen.keys()].map((caller, i) => [caller, totals[i]!]));
  }
}
