import type { Redis } from "ioredis";
import { reporterKey, TOTALS_KEY } from "../store/redis/keys.js";
import { ask, runScript, withHash } from "../store/redis/redis-client.js";
import { type Counts, noTotals, type TotalName, type Totals } from "./totals.js";

/** Longer than any outage after which a worker goes on. */
const REPORTER_SECONDS = 86_400;

/**
 * Adds what a reporter counted since the last report that arrived. `allow-oom`: a full Redis still counts.
 * KEYS: totals, reporter; ARGV: ttl, then name and count in turn.
 */
const addReport = withHash(`#!lua flags=allow-oom
for i = 2, #ARGV, 2 do
  local more = tonumber(ARGV[i + 1]) - tonumber(redis.call('HGET', KEYS[2], ARGV[i]) or 0)
  if more > 0 then
    redis.call('HINCRBYFLOAT', KEYS[1], ARGV[i], string.format('%.17g', more))
    redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
  end
end
redis.call('EXPIRE', KEYS[2], ARGV[1])
return 1`);

/** Totals in one hash for all processes; beside it, for a day, what each reporter told last. */
export class RedisTotals implements Totals {
  constructor(private readonly redis: Redis) {}

  async report(reporter: string, counts: Counts): Promise<void> {
    const values = Object.entries(counts).flat();
    await runScript(
      this.redis,
      addReport,
      [TOTALS_KEY, reporterKey(reporter)],
      [REPORTER_SECONDS, ...values],
    );
  }

  async read(): Promise<Record<TotalName, number>> {
    const found = await ask(this.redis, (redis) => redis.hgetall(TOTALS_KEY));
    const totals = noTotals();
    for (const name of Object.keys(totals) as TotalName[]) totals[name] = Number(found[name] ?? 0);
    return totals;
  }
}
