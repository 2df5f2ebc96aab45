import type { Redis } from "ioredis";
import type { BlobKind, ChunkStore } from "../chunk-store.js";
import { blobsKey, jobKey } from "./keys.js";
import { ask, runScript, withHash } from "./redis-client.js";
import { putBlob } from "./scripts.js";

const put = withHash(putBlob);

/** Chunks in Redis, where every web and worker sees them. The connection belongs to the caller. */
export class RedisChunkStore implements ChunkStore {
  constructor(
    private readonly redis: Redis,
    private readonly ttlSeconds: number,
  ) {}

  async put(jobId: string, kind: BlobKind, index: number, bytes: Uint8Array): Promise<void> {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    await runScript(
      this.redis,
      put,
      [jobKey(jobId), blobsKey(jobId, kind)],
      [index, buffer, this.ttlSeconds, kind],
    );
  }

  async get(jobId: string, kind: BlobKind, index: number): Promise<Uint8Array | undefined> {
    const bytes = await ask(this.redis, (redis) => redis.hgetBuffer(blobsKey(jobId, kind), String(index)));
    return bytes ?? undefined;
  }

  async remove(jobId: string, kind: BlobKind, index: number): Promise<void> {
    await ask(this.redis, (redis) => redis.hdel(blobsKey(jobId, kind), String(index)));
  }

  async waiting(jobId: string): Promise<number[]> {
    return (await ask(this.redis, (redis) => redis.hkeys(blobsKey(jobId, "in")))).map(Number);
  }

  async removeJob(jobId: string): Promise<void> {
    await ask(this.redis, (redis) => redis.unlink(blobsKey(jobId, "in"), blobsKey(jobId, "out")));
  }

  async isFull(): Promise<boolean> {
    const info = await ask(this.redis, (redis) => redis.info("memory").catch(() => ""));
    const bytes = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
    // As Redis reckons: what its replicas and its append-only file are about to be sent does not count.
    const used = bytes("used_memory") - bytes("mem_not_counted_for_evict");
    return bytes("maxmemory") > 0 && used > bytes("maxmemory");
  }

  async close(): Promise<void> {}
}
