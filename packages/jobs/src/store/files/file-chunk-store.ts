import { mkdtempSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BlobKind, type ChunkStore, StoreFullError } from "../chunk-store.js";

/** A disk with less room is as good as full: a chunk of 500 rows × 200 features would not fit. */
const LEAST_ROOM = 1_000_000;

/** Chunks as files in a folder of this process, removed when it closes. */
export class FileChunkStore implements ChunkStore {
  private readonly folder = mkdtempSync(join(tmpdir(), "shap-service-chunks-"));

  async put(jobId: string, kind: BlobKind, index: number, bytes: Uint8Array): Promise<void> {
    const path = this.path(jobId, kind, index);
    const partial = `${path}.part`;
    try {
      await mkdir(join(this.folder, jobId), { recursive: true });
      await writeFile(partial, bytes);
      // A reader sees the whole file or none.
      await rename(partial, path);
    } catch (cause) {
      await rm(partial, { force: true });
      const { code } = cause as NodeJS.ErrnoException;
      if (code === "ENOSPC" || code === "EDQUOT") throw new StoreFullError("the disk is full", { cause });
      throw cause;
    }
  }

  async get(jobId: string, kind: BlobKind, index: number): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.path(jobId, kind, index));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  async remove(jobId: string, kind: BlobKind, index: number): Promise<void> {
    await rm(this.path(jobId, kind, index), { force: true });
  }

  async waiting(jobId: string): Promise<number[]> {
    const names = await readdir(join(this.folder, jobId)).catch(() => []);
    return names.filter((name) => name.endsWith(".in")).map((name) => Number.parseInt(name, 10));
  }

  async removeJob(jobId: string): Promise<void> {
    await rm(join(this.folder, jobId), { recursive: true, force: true });
  }

  async isFull(): Promise<boolean> {
    const { bavail, bsize } = await statfs(this.folder);
    return bavail * bsize < LEAST_ROOM;
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private path(jobId: string, kind: BlobKind, index: number): string {
    return join(this.folder, jobId, `${index}.${kind}`);
  }
}
