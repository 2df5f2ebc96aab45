import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";
import { ProblemError } from "../http/problem.js";
import { type ColumnWish, planColumns } from "./column-plan.js";
import { readObjects } from "./read-objects.js";
import type { BatchShape, RowBatch } from "./row-batch.js";

/** A Parquet file has its table of contents at the end: it is kept on disk while it is read. */
const MAX_FILE_BYTES = 1024 ** 3;
/** Rows that are decoded at once. */
const STEP = 10_000;

export async function* readParquet(
  source: Readable,
  shape: BatchShape & ColumnWish,
): AsyncGenerator<RowBatch> {
  const folder = await mkdtemp(join(tmpdir(), "shap-upload-"));
  try {
    const path = join(folder, "upload.parquet");
    await pipeline(source, limitBytes(MAX_FILE_BYTES), createWriteStream(path));
    yield* readObjects(Readable.from(rowsOf(path, shape)), shape);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* rowsOf(path: string, wish: ColumnWish): AsyncGenerator<Record<string, unknown>> {
  const file = await asyncBufferFromFile(path);
  const metadata = await sound(() => parquetMetadataAsync(file));
  const header = parquetSchema(metadata).children.map((child) => child.element.name);
  planColumns(header, wish);
  const columns = header.filter((name) => wish.featureNames.includes(name) || wish.idColumns.includes(name));
  const total = Number(metadata.num_rows);
  for (let rowStart = 0; rowStart < total; rowStart += STEP) {
    const rowEnd = Math.min(total, rowStart + STEP);
    yield* await sound(() => parquetReadObjects({ file, metadata, columns, rowStart, rowEnd }));
  }
}

async function sound<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new ProblemError("bad-table", `The body is no sound Parquet file: ${(error as Error).message}`);
  }
}

function limitBytes(most: number): Transform {
  let seen = 0;
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      seen += bytes.length;
      if (seen <= most) done(null, bytes);
      else
        done(new ProblemError("body-too-large", `A Parquet file may have ${most} bytes; send CSV or Arrow`));
    },
  });
}
