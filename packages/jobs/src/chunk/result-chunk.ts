import type { Explanation, Predictions } from "shap-core";
import { ColumnBuilder, ColumnReader, type NumberColumn } from "./arrow-columns.js";

/** How a job's result is kept: `float32` takes half the room and gives some seven digits. */
export type Precision = "float64" | "float32";

/** The explanation of one chunk, column by column. */
export interface ResultChunk {
  readonly rows: number;
  /** One array a carried column, each with one text a row. */
  readonly ids: readonly (readonly string[])[];
  /** One column an output. */
  readonly predictions: readonly NumberColumn[];
  /** One column a feature and output: feature j, output k stands at j · outputs + k. */
  readonly values: readonly NumberColumn[];
  /** One an output; in full precision whatever the columns have. */
  readonly baseValues: readonly number[];
}

export interface ResultShape {
  readonly rows: number;
  readonly features: number;
  readonly outputs: number;
  /** Default `float64`. */
  readonly precision?: Precision;
}

/** A chunk's result, filled piece by piece. */
export class ResultChunkBuilder {
  private readonly predictions: NumberColumn[];
  private readonly values: NumberColumn[];
  private baseValues: number[] = [];

  constructor(private readonly shape: ResultShape) {
    const { features, outputs } = shape;
    this.predictions = this.freshColumns(outputs);
    this.values = this.freshColumns(features * outputs);
  }

  /** Takes what was computed of the rows from `from` on. */
  add(from: number, explanation: Explanation, predictions: Predictions): void {
    fill(this.predictions, predictions.values, from, predictions.rows);
    fill(this.values, explanation.values, from, predictions.rows);
    this.baseValues = Array.from(explanation.baseValues);
  }

  /** As an Arrow IPC stream: carried columns, predictions, values; the base values stand in the schema's metadata. */
  encode(ids: readonly (readonly string[])[]): Uint8Array {
    const builder = new ColumnBuilder(this.shape.rows);
    for (const texts of ids) builder.addTexts(texts);
    for (const column of this.predictions) builder.addNumbers(column);
    for (const column of this.values) builder.addNumbers(column);
    return builder.encode({ baseValues: JSON.stringify(this.baseValues) });
  }

  /** All in one piece of memory. */
  private freshColumns(count: number): NumberColumn[] {
    const { rows, precision = "float64" } = this.shape;
    const all = precision === "float32" ? new Float32Array(count * rows) : new Float64Array(count * rows);
    return Array.from({ length: count }, (_, c) => all.subarray(c * rows, (c + 1) * rows));
  }
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

/** Turns rows × columns numbers round into the columns, from row `from` on. */
function fill(columns: readonly NumberColumn[], data: Float64Array, from: number, rows: number): void {
  const width = columns.length;
  for (let c = 0; c < width; c++) {
    const column = columns[c]!;
    for (let r = 0; r < rows; r++) column[from + r] = data[r * width + c]!;
  }
}
