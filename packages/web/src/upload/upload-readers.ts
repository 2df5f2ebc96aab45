import type { Readable } from "node:stream";
import { ProblemError } from "../http/problem.js";
import { refuseForeignCharset } from "./charset.js";
import type { ColumnWish } from "./column-plan.js";
import { readArrow } from "./read-arrow.js";
import { readCsv } from "./read-csv.js";
import { readJson, readNdjson } from "./read-json.js";
import type { BatchShape, RowBatch } from "./row-batch.js";

/** Reads a table batch by batch, no faster than batches are taken. @throws ProblemError at the first fault */
export type UploadReader = (source: Readable, shape: BatchShape & ColumnWish) => AsyncGenerator<RowBatch>;

/** By media type. `curl --data-binary` says form where nothing is said; people mean CSV. */
const readers: Readonly<Record<string, UploadReader>> = {
  "text/csv": readCsv,
  "application/x-www-form-urlencoded": readCsv,
  "application/x-ndjson": readNdjson,
  "application/ndjson": readNdjson,
  "application/jsonl": readNdjson,
  "application/json": readJson,
  "application/vnd.apache.arrow.stream": readArrow,
  "application/vnd.apache.arrow.file": readArrow,
  "application/vnd.apache.parquet": readParquet,
};

/** Its library is loaded with the first such table: few services see one. */
async function* readParquet(source: Readable, shape: BatchShape & ColumnWish): AsyncGenerator<RowBatch> {
  const reader = await import("./read-parquet.js");
  yield* reader.readParquet(source, shape);
}

const binaryTypes = /^application\/vnd\.apache\./;

/** The media types a table may have. */
export const uploadTypes: readonly string[] = Object.keys(readers).filter((name) => !name.includes("form"));

/** @throws ProblemError 415 */
export function uploadReader(contentType: string | undefined): UploadReader {
  const type = contentType?.split(";")[0]?.trim().toLowerCase() ?? "text/csv";
  const reader = Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (reader !== undefined) {
    if (!binaryTypes.test(type)) refuseForeignCharset(contentType);
    return reader;
  }
  throw new ProblemError(
    "unsupported-media-type",
    `${JSON.stringify(type)} is not read here. Send ${uploadTypes.join(", ")}`,
  );
}
