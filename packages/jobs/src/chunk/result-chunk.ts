import type { Explanation, Predictions } from "shap-core";
import { ColumnBuilder, ColumnReader } from "./arrow-columns.js";

/** The explanation of one chunk, column by column. */
export interface ResultChunk {
  readonly rows: number;
  /** One array a carried column, each with one text a row. */
  readonly ids: readonly (readonly string[])[];
  /** One column an output. */
  readonly predictions: readonly Float64Array[];
  /** One column a feature and output: feature j, output k stands at j · outputs + k. */
  readonly values: readonly Float64Array[];
  /** One an output. */
  readonly baseValues: readonly number[];
}

/** As an Arrow IPC stream: carried columns, predictions, values; the base values stand in the schema's metadata. */
export function encodeResultChunk(
  explanation: Explanation,
  predictions: Predictions,
  ids: readonly (readonly string[])[],
): Uint8Array {
  const { rows, outputs } = predictions;
  const columns = explanation.featureNames.length * outputs;
  const builder = new ColumnBuilder(rows);
  for (const texts of ids) builder.addTexts(texts);
  for (let k = 0; k < outputs; k++) builder.addNumbers(column(predictions.values, rows, outputs, k));
  for (let c = 0; c < columns; c++) builder.addNumbers(column(explanation.values, rows, columns, c));
  return builder.encode({ baseValues: JSON.stringify(Array.from(explanation.baseValues)) });
}

export function decodeResultChunk(bytes: Uint8Array, idColumns: number, outputs: number): ResultChunk {
  const reader = new ColumnReader(bytes);
  const numbers = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => reader.numbers(from + i));
  return {
    rows: reader.rows,
    ids: Array.from({ length: idColumns }, (_, i) => reader.texts(i)),
    predictions: numbers(idColumns, idColumns + outputs),
    values: numbers(idColumns + outputs, reader.columns),
    baseValues: JSON.parse(reader.metadata("baseValues") ?? "[]") as number[],
  };
}

/** `prediction`, or `prediction[<output>]` where there are several. */
export function predictionColumns(outputNames: readonly string[]): string[] {
  return outputNames.length === 1 ? ["prediction"] : outputNames.map((name) => `prediction[${name}]`);
}

/** `base_value`, or `base_value[<output>]` where there are several. */
export function baseValueColumns(outputNames: readonly string[]): string[] {
  return outputNames.length === 1 ? ["base_value"] : outputNames.map((name) => `base_value[${name}]`);
}

/** `shap_<feature>`, or `shap_<feature>[<output>]` where there are several outputs; outputs change fastest. */
export function valueColumns(featureNames: readonly string[], outputNames: readonly string[]): string[] {
  if (outputNames.length === 1) return featureNames.map((name) => `shap_${name}`);
  return featureNames.flatMap((name) => outputNames.map((output) => `shap_${name}[${output}]`));
}

function column(data: Float64Array, rows: number, columns: number, c: number): Float64Array {
  const out = new Float64Array(rows);
  for (let r = 0; r < rows; r++) out[r] = data[r * columns + c]!;
  return out;
}
