import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ModelFolderError } from "../../models/model-folder.js";
import { sha256 } from "../../models/sha256.js";
import { StoreFullError } from "../chunk-store.js";
import {
  type Expected,
  filesOf,
  ModelChangedError,
  type ModelRecord,
  type ModelStore,
  retentionSeconds,
} from "../model-store.js";

const INDEX = "models.json";

/**
 * Uploaded models as files: an index of the current records, and beside it each file under its SHA-256. The index is
 * replaced by one rename, so that an upload is there as a whole or not at all.
 */
export class FileModelStore implements ModelStore {
  private records: ReadonlyMap<string, ModelRecord>;
  private readonly listeners = new Set<() => void>();
  /** When a file that is no longer current goes, by its name. */
  private readonly expiries = new Map<string, { at: number; timer: NodeJS.Timeout }>();
  private readonly retention: number;
  /** One change at a time. */
  private turn: Promise<unknown> = Promise.resolve();

  /**
   * @param folder made with the first upload
   * @throws ModelFolderError where its index cannot be read
   */
  constructor(
    private readonly folder: string,
    jobTtlSeconds: number,
  ) {
    this.retention = retentionSeconds(jobTtlSeconds);
    this.records = readIndex(join(folder, INDEX));
    this.clearLeftovers();
  }

  async list(): Promise<ModelRecord[]> {
    return [...this.records.values()];
  }

  async get(name: string): Promise<ModelRecord | undefined> {
    return this.records.get(name);
  }

  async file(_name: string, sha256: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(this.folder, sha256));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  put(record: ModelRecord, expected: Expected, files: readonly Uint8Array[]): Promise<void> {
    return this.inTurn(async () => {
      this.check(record.name, expected);
      try {
        mkdirSync(this.folder, { recursive: true });
        for (const bytes of files) await this.write(sha256(bytes), bytes);
        if (!filesOf(record).every((hash) => existsSync(join(this.folder, hash)))) {
          throw new ModelChangedError(`a file of model ${record.name} is gone`);
        }
        await this.writeIndex(new Map(this.records).set(record.name, record));
      } catch (error) {
        for (const bytes of files) await this.removeUnlessCurrent(sha256(bytes)).catch(() => {});
        throw toStoreFull(error);
      }
      this.expireLater(expected);
    });
  }

  remove(expected: ModelRecord, keepSeconds = this.retention): Promise<void> {
    return this.inTurn(async () => {
      this.check(expected.name, expected);
      const left = new Map(this.records);
      left.delete(expected.name);
      try {
        await this.writeIndex(left);
      } catch (error) {
        throw toStoreFull(error);
      }
      this.expireLater(expected, keepSeconds);
    });
  }

  hold(_name: string, hashes: readonly string[]): Promise<boolean> {
    return this.inTurn(async () => {
      if (!hashes.every((hash) => existsSync(join(this.folder, hash)))) return false;
      for (const hash of hashes) if (this.expiries.has(hash)) this.expireFile(hash, this.retention);
      return true;
    });
  }

  watch(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.listeners.clear();
    for (const { timer } of this.expiries.values()) clearTimeout(timer);
    await this.turn;
  }

  private inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = this.turn.then(change);
    this.turn = result.catch(() => {});
    return result;
  }

  private check(name: string, expected: Expected): void {
    if (JSON.stringify(this.records.get(name)) !== JSON.stringify(expected)) {
      throw new ModelChangedError(`model ${name} was changed at the same time`);
    }
  }

  private async writeIndex(records: ReadonlyMap<string, ModelRecord>): Promise<void> {
    await this.write(INDEX, Buffer.from(JSON.stringify([...records.values()], null, 2)));
    this.records = records;
    for (const listener of this.listeners) listener();
  }

  /** A reader sees the whole file or none, and so does the next start. */
  private async write(name: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.folder, name);
    const partial = `${path}.part`;
    try {
      await writeFile(partial, bytes, { flush: true });
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { force: true }).catch(() => {});
      throw error;
    }
  }

  private expireLater(record: Expected, seconds = this.retention): void {
    if (record === undefined) return;
    for (const hash of filesOf(record)) this.expireFile(hash, seconds);
  }

  private expireFile(hash: string, seconds: number): void {
    // setTimeout takes at most 2^31 - 1 ms, some 24 days.
    const delay = Math.min(seconds * 1000, 2 ** 31 - 1);
    const at = Date.now() + delay;
    const known = this.expiries.get(hash);
    // Two names may share a file: it stays as long as either asks for.
    if (known !== undefined && known.at > at) return;
    clearTimeout(known?.timer);
    const expire = () => {
      this.expiries.delete(hash);
      void this.inTurn(() => this.removeUnlessCurrent(hash)).catch(() => {});
    };
    this.expiries.set(hash, { at, timer: setTimeout(expire, delay).unref() });
  }

  private async removeUnlessCurrent(hash: string): Promise<void> {
    if (!this.isCurrent(hash)) await rm(join(this.folder, hash), { force: true });
  }

  private isCurrent(file: string): boolean {
    return file === INDEX || [...this.records.values()].some((record) => filesOf(record).includes(file));
  }

  /** Jobs do not outlive their process, but another process may use the folder too: only what is old goes. */
  private clearLeftovers(): void {
    try {
      for (const file of readdirSync(this.folder)) {
        const path = join(this.folder, file);
        const old = Date.now() - statSync(path).mtimeMs > this.retention * 1000;
        if (old && !this.isCurrent(file)) rmSync(path, { force: true });
      }
    } catch {
      // Nothing was ever uploaded, or the folder cannot be changed: then it is no matter either.
    }
  }
}

function readIndex(path: string): ReadonlyMap<string, ModelRecord> {
  try {
    const records = JSON.parse(readFileSync(path, "utf8")) as ModelRecord[];
    return new Map(records.map((record) => [record.name, record]));
  } catch (cause) {
    const error = cause as NodeJS.ErrnoException;
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return new Map();
    throw new ModelFolderError(
      `SHAP_MODEL_DIR: ${path}, the index of uploaded models, cannot be read (${error.message})`,
      { cause },
    );
  }
}

const noRoom: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk's quota is used up",
  EROFS: "the model folder cannot be written",
  EACCES: "the model folder cannot be written",
  EPERM: "the model folder cannot be written",
  EEXIST: "the model folder cannot be written",
  ENOTDIR: "the model folder cannot be written",
};

function toStoreFull(cause: unknown): unknown {
  const why = noRoom[(cause as NodeJS.ErrnoException).code ?? ""];
  return why === undefined ? cause : new StoreFullError(why, { cause });
}
