import type { Matrix } from "shap-core";
import { ColumnBuilder, ColumnReader } from "./arrow-columns.js";

/** The rows of one chunk as they wait for a worker. */
export interface InputChunk {
  /** In the model's feature order; NaN is a missing value. */
  readonly matrix: Matrix;
  /** One array a carried column, each with one text a row. */
  readonly ids: readonly (readonly string[])[];
}

/** As an Arrow IPC stream: the carried columns, then one float64 column a feature. */
export function encodeInputChunk(chunk: InputChunk): Uint8Array {
  const { data, rows, columns } = chunk.matrix;
  const builder = new ColumnBuilder(rows);
  for (const texts of chunk.ids) builder.addTexts(texts);
  const turned = new Float64Array(rows * columns);
  for (let c = 0; c < columns; c++) {
    const column = turned.subarray(c * rows, (c + 1) * rows);
    for (let r = 0; r < rows; r++) column[r] = data[r * columns + c]!;
    builder.addNumbers(column);
  }
  return builder.encode();
}

export function decodeInputChunk(bytes: Uint8Array, idColumns: number): InputChunk {
  const reader = new ColumnReader(bytes);
  const rows = reader.rows;
  const columns = reader.columns - idColumns;
  const data = new Float64Array(rows * columns);
  for (let c = 0; c < columns; c++) {
    const column = reader.numbers(idColumns + c);
    for (let r = 0; r < rows; r++) data[r * columns + c] = column[r]!;
  }
  const ids = Array.from({ length: idColumns }, (_, i) => reader.texts(i));
  return { matrix: { data, rows, columns }, ids };
}
