import type { Redis } from "ioredis";
import type { Job, JobState, NewJob } from "../../job.js";
import type { JobStore } from "../job-store.js";
import { allJobKeys, doneKey, jobKey, OPEN_JOBS_KEY, TOTALS_KEY } from "./keys.js";
import { ask, runScript, type Script, withHash } from "./redis-client.js";
import {
  beginChunk,
  createJob,
  endJob,
  finishChunk,
  leaveChunk,
  removeJob,
  sealJob,
  touchJob,
} from "./scripts.js";

const scripts = {
  create: withHash(createJob),
  begin: withHash(beginChunk),
  leave: withHash(leaveChunk),
  finish: withHash(finishChunk),
  seal: withHash(sealJob),
  end: withHash(endJob),
  touch: withHash(touchJob),
  remove: withHash(removeJob),
};

/** Job records as Redis hashes, seen by every web and worker. */
export class RedisJobStore implements JobStore {
  constructor(
    private readonly redis: Redis,
    private readonly ttlSeconds: number,
  ) {}

  async now(): Promise<number> {
    const [seconds, microseconds] = await ask(this.redis, (redis) => redis.time());
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  }

  async create(job: NewJob): Promise<void> {
    await this.run(scripts.create, job.id, [JSON.stringify(job), this.ttlSeconds]);
  }

  async get(id: string): Promise<Job | undefined> {
    const fields = await ask(this.redis, (redis) => redis.hgetall(jobKey(id)));
    return fields.spec === undefined ? undefined : toJob(fields as Record<string, string> & { spec: string });
  }

  async chunkBegun(id: string, index: number, run: string): Promise<number> {
    const values = [index, run, this.ttlSeconds];
    return Number(await runScript(this.redis, scripts.begin, scriptKeys(id), values));
  }

  async chunkLeft(id: string, index: number, run: string): Promise<void> {
    await this.run(scripts.leave, id, [index, run]);
  }

  touch(id: string): Promise<boolean> {
    return this.run(scripts.touch, id, []);
  }

  async listOpen(): Promise<Job[]> {
    const ids = await ask(this.redis, (redis) => redis.smembers(OPEN_JOBS_KEY));
    const jobs: Job[] = [];
    for (const id of ids) {
      const job = await this.get(id);
      if (job !== undefined) jobs.push(job);
      // Its time was over before it ended.
      else await ask(this.redis, (redis) => redis.srem(OPEN_JOBS_KEY, id));
    }
    return jobs;
  }

  async pendingChunks(id: string): Promise<number[]> {
    const job = await this.get(id);
    const done = new Set(await ask(this.redis, (redis) => redis.smembers(doneKey(id))));
    return Array.from({ length: job?.chunks ?? 0 }, (_, index) => index).filter(
      (index) => !done.has(String(index)),
    );
  }

  chunkDone(id: string, index: number, rows: number): Promise<boolean> {
    return this.run(scripts.finish, id, [index, rows, this.ttlSeconds]);
  }

  seal(id: string, rowsTotal: number, chunks: number): Promise<boolean> {
    return this.run(scripts.seal, id, [rowsTotal, chunks, this.ttlSeconds]);
  }

  fail(id: string, error: string): Promise<boolean> {
    return this.run(scripts.end, id, ["failed", error, this.ttlSeconds]);
  }

  cancel(id: string): Promise<boolean> {
    return this.run(scripts.end, id, ["cancelled", "", this.ttlSeconds]);
  }

  async remove(id: string): Promise<void> {
    await this.run(scripts.remove, id, []);
  }

  private async run(script: Script, id: string, values: (string | number)[]): Promise<boolean> {
    return (await runScript(this.redis, script, scriptKeys(id), values)) === 1;
  }
}

const scriptKeys = (id: string): string[] => [...allJobKeys(id), OPEN_JOBS_KEY, TOTALS_KEY];

function toJob(fields: Record<string, string> & { spec: string }): Job {
  const number = (name: string) => (fields[name] === undefined ? undefined : Number(fields[name]));
  return {
    ...(JSON.parse(fields.spec) as NewJob),
    state: fields.state as JobState,
    rowsDone: number("rowsDone") ?? 0,
    chunksDone: number("chunksDone") ?? 0,
    rowsTotal: number("rowsTotal"),
    chunks: number("chunks"),
    error: fields.error,
    createdAt: number("createdAt") ?? 0,
    touchedAt: number("touchedAt") ?? 0,
    startedAt: number("startedAt"),
    finishedAt: number("finishedAt"),
  };
}
