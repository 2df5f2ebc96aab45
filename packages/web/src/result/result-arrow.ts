import {
  baseValueColumns,
  type Job,
  predictionColumns,
  type ResultChunk,
  valueColumns,
} from "@shap-service/jobs";
import {
  type Data,
  Field,
  Float64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import type { OpenChunks } from "./write-result.js";

/** The columns of a result as a table: names, and for each chunk its numbers or texts. */
export function resultColumns(job: Job): { texts: readonly string[]; numbers: readonly string[] } {
  return {
    texts: job.idColumns,
    numbers: [
      ...predictionColumns(job.outputNames),
      ...baseValueColumns(job.outputNames),
      ...valueColumns(job.featureNames, job.outputNames),
    ],
  };
}

/** A chunk's numbers in the order of `resultColumns`. */
export function numberColumns(chunk: ResultChunk): Float64Array[] {
  const base = chunk.baseValues.map((value) => new Float64Array(chunk.rows).fill(value));
  return [...chunk.predictions, ...base, ...chunk.values];
}

/** What ends an Arrow IPC stream: a continuation mark and a length of zero. */
const END_BYTES = 8;

/** One Arrow IPC stream: the schema once, a record batch a chunk, the end once. */
export async function* writeArrow(job: Job, open: OpenChunks): AsyncGenerator<Uint8Array> {
  const { texts, numbers } = resultColumns(job);
  const fields = [
    ...texts.map((name) => new Field(name, new Utf8(), false)),
    ...numbers.map((name) => new Field(name, new Float64(), false)),
  ];
  let end: Uint8Array | undefined;
  for await (const chunk of open()) {
    const stream = tableToIPC(new Table([recordBatch(fields, chunk)]), "stream");
    // The schema's message has no body: its length stands behind the continuation mark.
    const schemaBytes = 8 + new DataView(stream.buffer, stream.byteOffset).getInt32(4, true);
    yield stream.subarray(end === undefined ? 0 : schemaBytes, stream.length - END_BYTES);
    end = stream.subarray(stream.length - END_BYTES);
  }
  if (end !== undefined) yield end;
}

function recordBatch(fields: Field[], chunk: ResultChunk): RecordBatch {
  const length = chunk.rows;
  const children: Data[] = [
    ...chunk.ids.map((column) => vectorFromArray(column, new Utf8()).data[0]!),
    ...numberColumns(chunk).map((data) => makeData({ type: new Float64(), length, nullCount: 0, data })),
  ];
  return new RecordBatch(
    new Schema(fields),
    makeData({ type: new Struct(fields), length, nullCount: 0, children }),
  );
}
