import { Readable } from "node:stream";
import { types } from "node:util";
import { type RecordBatch, RecordBatchReader } from "apache-arrow";
import { ProblemError } from "../http/problem.js";
import { arrowMessages } from "./arrow/arrow-messages.js";
import { ByteQueue } from "./arrow/byte-queue.js";
import { type CellReader, cellReader } from "./arrow/cell-readers.js";
import { FILE_MARK, fileMessages, type RawMessage, streamMessages } from "./arrow/raw-messages.js";
import { type ColumnPlan, type ColumnWish, planColumns } from "./column-plan.js";
import { onDisk } from "./on-disk.js";
import { BatchBuilder, type BatchShape, type RowBatch } from "./row-batch.js";
import { mayUnpackTo } from "./unpack.js";

/** Arrow IPC, stream or file, record batch by record batch. */
export async function* readArrow(source: Readable, shape: BatchShape & ColumnWish): AsyncGenerator<RowBatch> {
  const builder = new BatchBuilder(shape);
  const sent = { bytes: 0 };
  let claimed = 0;
  let plan: ColumnPlan | undefined;
  for await (const batch of recordBatches(source, sent)) {
    claimed += batch.numRows;
    refuseBomb(claimed, shape, sent.bytes);
    // Once: the columns stay the same, and a stream may have any number of batches.
    plan ??= planColumns(
      batch.schema.fields.map((field) => field.name),
      shape,
    );
    if (batch.numRows === 0) continue;
    const { featureOf, idAt } = plan;
    const features = Array.from(featureOf, (feature, c) => ({ feature, c }))
      .filter(({ feature }) => feature >= 0)
      .map(({ feature, c }) => ({ feature, cell: readerOf(batch, c, "number") }));
    const ids = Array.from(idAt, (c) => readerOf(batch, c, "text"));
    for (let r = 0; r < batch.numRows; r++) {
      for (const { feature, cell } of features) builder.setValue(feature, cell(r));
      for (let i = 0; i < ids.length; i++) builder.setId(i, ids[i]!(r));
      const full = builder.endRow();
      if (full !== undefined) yield full;
    }
  }
  const rest = builder.rest();
  if (rest !== undefined) yield rest;
}

/** Packed batches can stand for any number of equal rows: the same bound as for gzip. @throws ProblemError 413 */
function refuseBomb(rows: number, { featureNames, idColumns }: BatchShape, bytes: number): void {
  const columns = featureNames.length + idColumns.length;
  if (rows * columns * Float64Array.BYTES_PER_ELEMENT <= mayUnpackTo(bytes)) return;
  throw new ProblemError("body-too-large", `${bytes} bytes of Arrow say they are ${rows} rows`);
}

function readerOf(batch: RecordBatch, c: number, as: "number" | "text"): CellReader {
  const sound = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      const name = JSON.stringify(batch.schema.fields[c]!.name);
      throw new ProblemError("bad-table", `column ${name}: ${(error as Error).message}`);
    }
  };
  const cell = sound(() => cellReader(batch.getChildAt(c)!, batch.numRows, as));
  return (row) => sound(() => cell(row));
}

async function* recordBatches(source: Readable, sent: { bytes: number }): AsyncGenerator<RecordBatch> {
  let seen = false;
  let reader: RecordBatchReader | undefined;
  const keptBytes = () => {
    const dictionaries = reader === undefined ? [] : [...reader.dictionaries.values()];
    return dictionaries.reduce((sum, { byteLength }) => sum + byteLength, 0);
  };
  try {
    reader = await RecordBatchReader.from(arrowMessages(messagesOf(source, sent), keptBytes));
    for await (const batch of reader) {
      seen = true;
      yield batch;
    }
  } catch (error) {
    // Errors of the connection and of gzip carry a code; all else is the file's fault.
    if (!types.isNativeError(error) || "code" in error) throw error;
    throw new ProblemError("bad-table", `The body is no whole Arrow stream or file: ${error.message}`);
  }
  if (!seen) throw new ProblemError("bad-table", "The body holds no Arrow record batch");
}

/** A file is told by its first bytes, whatever its type is said to be: people send one for the other. */
async function* messagesOf(source: Readable, sent: { bytes: number }): AsyncGenerator<RawMessage> {
  const bytes = new ByteQueue(counted(source, sent));
  if ((await bytes.peek(FILE_MARK.length))?.toString("latin1") !== FILE_MARK) yield* streamMessages(bytes);
  else yield* onDisk(Readable.from(bytes.rest(), { objectMode: false }), fileMessages);
}

async function* counted(source: Readable, sent: { bytes: number }): AsyncGenerator<Uint8Array> {
  // Left to itself the iterator destroys the stream at a fault, and with it the socket the answer goes to.
  for await (const part of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    sent.bytes += part.length;
    yield part;
  }
}
