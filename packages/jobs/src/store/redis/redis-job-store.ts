import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import type { Job, JobState, NewJob } from "../../job.js";
import type { JobStore } from "../job-store.js";
import { allJobKeys, jobKey } from "./keys.js";
import { ask, runScript } from "./redis-client.js";
import { beginChunk, createJob, endJob, finishChunk, sealJob } from "./scripts.js";

const scripts = {
  create: withHash(createJob),
  begin: withHash(beginChunk),
  finish: withHash(finishChunk),
  seal: withHash(sealJob),
  end: withHash(endJob),
};

/** Job records as Redis hashes, seen by every web and worker. */
export class RedisJobStore implements JobStore {
  constructor(
    private readonly redis: Redis,
    private readonly ttlSeconds: number,
    private readonly now: () => number = Date.now,
  ) {}

  async create(job: NewJob): Promise<void> {
    await this.run(scripts.create, job.id, [JSON.stringify(job), this.now(), this.ttlSeconds]);
  }

  async get(id: string): Promise<Job | undefined> {
    const fields = await ask(this.redis, (redis) => redis.hgetall(jobKey(id)));
    return fields.spec === undefined ? undefined : toJob(fields as Record<string, string> & { spec: string });
  }

  chunkBegun(id: string): Promise<boolean> {
    return this.run(scripts.begin, id, [this.now()]);
  }

  chunkDone(id: string, index: number, rows: number): Promise<boolean> {
    return this.run(scripts.finish, id, [index, rows, this.now(), this.ttlSeconds]);
  }

  seal(id: string, rowsTotal: number, chunks: number): Promise<boolean> {
    return this.run(scripts.seal, id, [rowsTotal, chunks, this.now(), this.ttlSeconds]);
  }

  fail(id: string, error: string): Promise<boolean> {
    return this.run(scripts.end, id, ["failed", error, this.now(), this.ttlSeconds]);
  }

  cancel(id: string): Promise<boolean> {
    return this.run(scripts.end, id, ["cancelled", "", this.now(), this.ttlSeconds]);
  }

  async remove(id: string): Promise<void> {
    await ask(this.redis, (redis) => redis.unlink(...allJobKeys(id)));
  }

  private async run(
    script: ReturnType<typeof withHash>,
    id: string,
    values: (string | number)[],
  ): Promise<boolean> {
    return (await runScript(this.redis, script, allJobKeys(id), values)) === 1;
  }
}

export function withHash(text: string): { readonly text: string; readonly sha1: string } {
  return { text, sha1: createHash("sha1").update(text).digest("hex") };
}

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
    startedAt: number("startedAt"),
    finishedAt: number("finishedAt"),
  };
}
