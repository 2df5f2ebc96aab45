import { createWriteStream } from "node:fs";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { StoreFullError } from "@shap-service/jobs";
import { ProblemError } from "../http/problem.js";

/** What a format whose table of contents stands at its end may have. */
const MAX_FILE_BYTES = 1024 ** 3;
/** What is read at once. */
const MAX_PIECE_BYTES = 64 * 2 ** 20;

/** A file that is read here and there. */
export interface PiecesOfFile {
  readonly size: number;
  /** In memory of their own. @throws Error where the file ends before */
  bytesAt(at: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Keeps an upload on disk while it is read: some formats have their table of contents at the end.
 * @throws ProblemError 413; StoreFullError where the disk is full
 */
export async function* onDisk<T>(
  source: Readable,
  read: (file: PiecesOfFile) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  const folder = await mkdtemp(join(tmpdir(), "shap-upload-"));
  let file: FileHandle | undefined;
  try {
    const path = join(folder, "upload");
    await pipeline(source, limitBytes(MAX_FILE_BYTES), createWriteStream(path)).catch(tellOfFullDisk);
    file = await open(path);
    yield* read(piecesOf(file, (await file.stat()).size));
  } finally {
    await file?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function piecesOf(file: FileHandle, size: number): PiecesOfFile {
  return {
    size,
    async bytesAt(at, length) {
      // A hostile file may tell fractions and the like, and Node dies of reading at one.
      const sane = Number.isSafeInteger(at) && at >= 0 && Number.isInteger(length) && length >= 0;
      if (!sane || length > MAX_PIECE_BYTES) throw new Error(`${length} bytes at ${at} cannot be read`);
      if (at + length > size) throw new Error("it ends in the middle");
      const bytes = new Uint8Array(length);
      const { bytesRead } = await file.read(bytes, 0, length, at);
      if (bytesRead < length) throw new Error("it ends in the middle");
      return bytes;
    },
  };
}

function tellOfFullDisk(error: NodeJS.ErrnoException): never {
  if (error.code !== "ENOSPC" && error.code !== "EDQUOT") throw error;
  throw new StoreFullError("no room is left for the upload", { cause: error });
}

function limitBytes(most: number): Transform {
  let seen = 0;
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      seen += bytes.length;
      if (seen <= most) done(null, bytes);
      else
        done(
          new ProblemError(
            "body-too-large",
            `Such a file may have ${most} bytes; send CSV or an Arrow stream`,
          ),
        );
    },
  });
}
