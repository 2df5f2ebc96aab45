import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { sha256 } from "../../models/sha256.js";
import {
  type Expected,
  filesOf,
  ModelChangedError,
  type ModelRecord,
  type ModelStore,
  retentionSeconds,
} from "../model-store.js";
import { arrivingFileKey, MODELS_CHANNEL, MODELS_KEY, modelFileKey } from "./keys.js";
import { holdFiles, putModel, putPiece, removeModel } from "./model-scripts.js";
import { ask, runScript, withHash } from "./redis-client.js";

const scripts = {
  piece: withHash(putPiece),
  put: withHash(putModel),
  remove: withHash(removeModel),
  hold: withHash(holdFiles),
};

/** Small enough that other commands of the process do not wait behind it. */
const PIECE_BYTES = 2 ** 20;
/** What is left of an upload whose process died goes after this. */
const ARRIVING_SECONDS = 600;

/** Uploaded models in Redis, seen by every web and worker. The connections belong to the caller. */
export class RedisModelStore implements ModelStore {
  private readonly retention: number;
  private readonly listeners = new Set<() => void>();

  /** @param subscriber where changes by others are heard; a process without one asks when it needs a model */
  constructor(
    private readonly redis: Redis,
    jobTtlSeconds: number,
    subscriber?: Redis,
  ) {
    this.retention = retentionSeconds(jobTtlSeconds);
    if (subscriber !== undefined) this.hear(subscriber);
  }

  async list(): Promise<ModelRecord[]> {
    const records = await ask(this.redis, (redis) => redis.hvals(MODELS_KEY));
    return records.map((text) => JSON.parse(text) as ModelRecord);
  }

  async get(name: string): Promise<ModelRecord | undefined> {
    const text = await ask(this.redis, (redis) => redis.hget(MODELS_KEY, name));
    return text === null ? undefined : (JSON.parse(text) as ModelRecord);
  }

  async file(name: string, sha256: string): Promise<Uint8Array | undefined> {
    const key = modelFileKey(name, sha256);
    const count = await ask(this.redis, (redis) => redis.hlen(key));
    const pieces: Buffer[] = [];
    for (let i = 0; i < count; i++) {
      const piece = await ask(this.redis, (redis) => redis.hgetBuffer(key, String(i)));
      if (piece === null) return undefined; // its time ended just now
      pieces.push(piece);
    }
    return count === 0 ? undefined : Buffer.concat(pieces);
  }

  async put(record: ModelRecord, expected: Expected, files: readonly Uint8Array[]): Promise<void> {
    const { name } = record;
    const arriving: { key: string; hash: string }[] = [];
    try {
      for (const bytes of files) {
        const key = arrivingFileKey(randomUUID());
        arriving.push({ key, hash: sha256(bytes) });
        await this.putPieces(key, bytes);
      }
      const arrived = new Set(arriving.map(({ hash }) => hash));
      const wanted = filesOf(record);
      const kept = wanted.filter((hash) => !arrived.has(hash));
      const former = expected === undefined ? [] : filesOf(expected).filter((hash) => !wanted.includes(hash));
      const answer = await runScript(
        this.redis,
        scripts.put,
        [
          MODELS_KEY,
          ...arriving.flatMap(({ key, hash }) => [key, modelFileKey(name, hash)]),
          ...[...kept, ...former].map((hash) => modelFileKey(name, hash)),
        ],
        [name, JSON.stringify(record), textOf(expected), arriving.length, kept.length, this.retention],
      );
      if (answer !== "done") throw new ModelChangedError(`model ${name} was changed at the same time`);
    } catch (error) {
      // Where Redis is away just now, their time to live frees them.
      await this.free(arriving.map(({ key }) => key)).catch(() => {});
      throw error;
    }
  }

  async remove(expected: ModelRecord, keepSeconds = this.retention): Promise<void> {
    const { name } = expected;
    const answer = await runScript(
      this.redis,
      scripts.remove,
      [MODELS_KEY, ...filesOf(expected).map((hash) => modelFileKey(name, hash))],
      [name, textOf(expected), keepSeconds],
    );
    if (answer !== "done") throw new ModelChangedError(`model ${name} was changed at the same time`);
  }

  async hold(name: string, hashes: readonly string[]): Promise<boolean> {
    const keys = hashes.map((hash) => modelFileKey(name, hash));
    return (await runScript(this.redis, scripts.hold, keys, [this.retention])) === 1;
  }

  watch(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.listeners.clear();
  }

  private async putPieces(key: string, bytes: Uint8Array): Promise<void> {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let start = 0, i = 0; start < buffer.length; start += PIECE_BYTES, i++) {
      const piece = buffer.subarray(start, start + PIECE_BYTES);
      await runScript(this.redis, scripts.piece, [key], [i, piece, ARRIVING_SECONDS]);
    }
  }

  private async free(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await ask(this.redis, (redis) => redis.unlink(...keys));
  }

  /** Redis does not keep what nobody heard: after a reconnect everyone looks anew. */
  private hear(subscriber: Redis): void {
    const tell = () => {
      for (const listener of this.listeners) listener();
    };
    const subscribe = () => subscriber.subscribe(MODELS_CHANNEL).then(tell, () => {});
    subscriber.on("ready", subscribe);
    if (subscriber.status === "ready") void subscribe();
    subscriber.on("message", (channel) => {
      if (channel === MODELS_CHANNEL) tell();
    });
  }
}

/** As it was written: compared with what is current, letter by letter. */
const textOf = (record: Expected): string => (record === undefined ? "" : JSON.stringify(record));
