import {
  baseValueColumns,
  type Job,
  type NumberColumn,
  predictionColumns,
  type ResultChunk,
  valueColumns,
} from "@shap-service/jobs";
import {
  type Data,
  Field,
  Float32,
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

/** The columns of a result as a table: those of texts, then those of numbers. */
export function resultColumns(job: Job): {
  texts: readonly string[];
  numbers: readonly { name: string; isSingle: boolean }[];
} {
  const isSingle = job.precision === "float32";
  const inPrecision = (name: string) => ({ name, isSingle });
  return {
    texts: job.idColumns,
    numbers: [
      ...predictionColumns(job.outputNames).map(inPrecision),
      // One number for all rows, told the same way in every form: float64.
      ...baseValueColumns(job.outputNames).map((name) => ({ name, isSingle: false })),
      ...valueColumns(job.featureNames, job.outputNames).map(inPrecision),
    ],
  };
}

/** A chunk's numbers in the order of `resultColumns`, each in its precision. */
export function numberColumns(job: Job, chunk: ResultChunk): NumberColumn[] {
  const isSingle = job.precision === "float32";
  const inPrecision = (column: NumberColumn): NumberColumn => {
    if (column instanceof Float32Array === isSingle) return column;
    return isSingle ? Float32Array.from(column) : Float64Array.from(column);
  };
  const base = chunk.baseValues.map((value) => new Float64Array(chunk.rows).fill(value));
  return [...chunk.predictions.map(inPrecision), ...base, ...chunk.values.map(inPrecision)];
}

/** What ends an Arrow IPC stream: a continuation mark and a length of zero. */
const END_BYTES = 8;

/** One Arrow IPC stream: the schema once, a record batch a chunk, the end once. */
export async function* writeArrow(job: Job, open: OpenChunks): AsyncGenerator<Uint8Array> {
  const { texts, numbers } = resultColumns(job);
  const fields = [
    ...texts.map((name) => new Field(name, new Utf8(), false)),
    ...numbers.map(({ name, isSingle }) => new Field(name, numberType(isSingle), false)),
  ];
  let end: Uint8Array | undefined;
  for await (const chunk of open()) {
    const stream = tableToIPC(new Table([recordBatch(job, fields, chunk)]), "stream");
    // The schema's message has no body: its length stands behind the continuation mark.
    const schemaBytes = 8 + new DataView(stream.buffer, stream.byteOffset).getInt32(4, true);
    yield stream.subarray(end === undefined ? 0 : schemaBytes, stream.length - END_BYTES);
    end = stream.subarray(stream.length - END_BYTES);
  }
  if (end !== undefined) yield end;
}

const numberType = (isSingle: boolean) => (isSingle ? new Float32() : new Float64());

function recordBatch(job: Job, fields: Field[], chunk: ResultChunk): RecordBatch {
  const length = chunk.rows;
  const children: Data[] = [
    ...chunk.ids.map((column) => vectorFromArray(column, new Utf8()).data[0]!),
    ...numberColumns(job, chunk).map(
      (data): Data =>
        makeData({ type: numberType(data instanceof Float32Array) as Float64, length, nullCount: 0, data }),
    ),
  ];
  return new RecordBatch(
    new Schema(fields),
    makeData({ type: new Struct(fields), length, nullCount: 0, children }),
  );
}
