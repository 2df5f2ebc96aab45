import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, rmdir, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BlobKind, type ChunkStore, StoreFullError } from "../chunk-store.js";

/** A disk with less room is as good as full: a chunk of 500 rows × 200 features would not fit. */
const LEAST_ROOM = 1_000_000;

const PREFIX = "shap-service-chunks-";

/** Chunks as files in a folder of this process, removed when it closes, or by a later one where it was killed. */
export class FileChunkStore implements ChunkStore {
  private readonly folder: string;

  /** @param isWanted whether a job can still use such a blob */
  constructor(private readonly isWanted: (jobId: string, kind: BlobKind) => boolean = () => true) {
    removeFoldersOfTheDead();
    this.folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  }

  async put(jobId: string, kind: BlobKind, index: number, bytes: Uint8Array): Promise<void> {
    if (!this.isWanted(jobId, kind)) return;
    await this.write(jobId, this.path(jobId, kind, index), bytes);
    // The job may have ended meanwhile, and been freed before this was there.
    if (this.isWanted(jobId, kind)) return;
    await this.remove(jobId, kind, index);
    await rmdir(join(this.folder, jobId)).catch(() => {});
  }

  private async write(jobId: string, path: string, bytes: Uint8Array): Promise<void> {
    const partial = `${path}.part`;
    try {
      await mkdir(join(this.folder, jobId), { recursive: true });
      await writeFile(partial, bytes);
      // A reader sees the whole file or none.
      await rename(partial, path);
    } catch (cause) {
      await rm(partial, { force: true });
      const { code } = cause as NodeJS.ErrnoException;
      // Its folder was removed meanwhile, with its job.
      if (code === "ENOENT") return;
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
    // A chunk may be written to it just now; that one removes itself (see put).
    await rm(join(this.folder, jobId), { recursive: true, force: true, maxRetries: 5 });
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

/** Folders of processes that ended without a word. */
function removeFoldersOfTheDead(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process is alive, too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
