import type { Readable } from "node:stream";
import { types } from "node:util";
import { type RecordBatch, RecordBatchReader } from "apache-arrow";
import { ProblemError } from "../http/problem.js";
import { boundFlatbuffers } from "./bound-flatbuffers.js";
import { type ColumnWish, planColumns } from "./column-plan.js";
import { BatchBuilder, type BatchShape, type RowBatch } from "./row-batch.js";

boundFlatbuffers();

/** A record batch is in memory as a whole, and so are the dictionaries; writers make batches of some MB. */
const MAX_BATCH_BYTES = 64 * 2 ** 20;
/** Rows that a batch may have though nothing stands for them; beyond that, a bit does at least. */
const FREE_BATCH_ROWS = 2 ** 16;

/** Arrow IPC, stream or file, record batch by record batch. */
export async function* readArrow(source: Readable, shape: BatchShape & ColumnWish): AsyncGenerator<RowBatch> {
  const builder = new BatchBuilder(shape);
  for await (const batch of recordBatches(source)) {
    const { featureOf, idAt } = planColumns(
      batch.schema.fields.map((field) => field.name),
      shape,
    );
    const columns = Array.from({ length: batch.numCols }, (_, c) => batch.getChildAt(c)!);
    for (let r = 0; r < batch.numRows; r++) {
      for (const [c, column] of columns.entries()) {
        if (featureOf[c]! >= 0) builder.setValue(featureOf[c]!, column.get(r));
      }
      for (let i = 0; i < idAt.length; i++) builder.setId(i, String(columns[idAt[i]!]!.get(r) ?? ""));
      const full = builder.endRow();
      if (full !== undefined) yield full;
    }
  }
  const rest = builder.rest();
  if (rest !== undefined) yield rest;
}

async function* recordBatches(source: Readable): AsyncGenerator<RecordBatch> {
  let seen = false;
  let since = 0;
  const bytes = async function* () {
    // Left to itself the reader destroys a stream it has read, and with it the socket the answer goes to.
    for await (const part of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      since += part.length;
      if (since > MAX_BATCH_BYTES) throw tooLarge(`a record batch may have ${MAX_BATCH_BYTES} bytes`);
      yield part;
    }
  };
  try {
    const reader = await RecordBatchReader.from(bytes());
    for await (const batch of reader) {
      seen = true;
      if (batch.numRows > FREE_BATCH_ROWS + 8 * since) {
        throw tooLarge(`a record batch of ${since} bytes says it has ${batch.numRows} rows`);
      }
      since = [...reader.dictionaries.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
      yield batch;
    }
  } catch (error) {
    // Errors of the connection and of gzip carry a code; all else is the file's fault.
    if (!types.isNativeError(error) || "code" in error) throw error;
    throw new ProblemError("bad-table", `The body is no whole Arrow stream or file: ${error.message}`);
  }
  if (!seen) throw new ProblemError("bad-table", "The body holds no Arrow record batch");
}

const tooLarge = (detail: string): ProblemError => new ProblemError("body-too-large", detail);
