import { type Explanation, nearestName, ShapeError } from "shap-core";
import { isDrawable } from "./drawable.js";

/** The part of an explanation that a plot draws: some of its rows, one of its outputs. */
export interface Selection {
  /** How many rows; at least one. */
  readonly rows: number;
  /** How many features; at least one. */
  readonly features: number;
  readonly featureNames: readonly string[];
  /** The index in the explanation of each row. */
  readonly rowIndexes: ArrayLike<number>;
  /** rows × features contributions, row-major; none NaN or infinite. */
  readonly values: Float64Array;
  /** rows × features feature values, row-major; NaN is missing. */
  readonly data: Float64Array;
  readonly baseValue: number;
  /** base value + Σ contributions, one a row. */
  readonly outputs: Float64Array;
  /** The output's name, where there are several to tell apart. */
  readonly outputName: string | undefined;
}

/**
 * Picks rows and an output.
 * @throws ShapeError where there is nothing to draw, a row or output does not exist, none of several outputs was
 *   chosen, or a contribution is NaN or larger than 1e150
 */
export function select(
  explanation: Explanation,
  { row, output }: { row?: number | readonly number[]; output?: string | number },
): Selection {
  const { featureNames, outputNames, data } = explanation;
  const features = featureNames.length;
  if (features === 0) throw new ShapeError("an explanation of no features has nothing to draw");
  if (data.rows === 0) throw new ShapeError("an explanation of no rows has nothing to draw");
  if (data.columns !== features) {
    throw new ShapeError(`the data has ${data.columns} columns; the explanation has ${features} features`);
  }
  const k = outputIndex(outputNames, output);
  const rowIndexes = chosenRows(row, data.rows);
  const rows = rowIndexes.length;
  const values = new Float64Array(rows * features);
  const cells = new Float64Array(rows * features);
  const outputs = new Float64Array(rows);
  const baseValue = explanation.baseValues[k]!;
  for (let r = 0; r < rows; r++) {
    const from = rowIndexes[r]! * features;
    let sum = baseValue;
    let drawable = true;
    for (let f = 0; f < features; f++) {
      const value = explanation.values[(from + f) * outputNames.length + k]!;
      sum += value;
      drawable &&= isDrawable(value);
      values[r * features + f] = value;
      cells[r * features + f] = data.data[from + f]!;
    }
    outputs[r] = sum;
    if (!drawable || !isDrawable(sum)) {
      throw notDrawable(values, baseValue, rowIndexes[r]!, r, featureNames);
    }
  }
  const outputName = outputNames.length > 1 ? outputNames[k] : undefined;
  return { rows, features, featureNames, rowIndexes, values, data: cells, baseValue, outputs, outputName };
}

/** A column of a row-major table. */
export function column(table: Float64Array, features: number, feature: number): Float64Array {
  const result = new Float64Array(table.length / features);
  for (let r = 0; r < result.length; r++) result[r] = table[r * features + feature]!;
  return result;
}

/**
 * The index of a feature given by name or index.
 * @throws ShapeError where it does not exist
 */
export function featureIndex(featureNames: readonly string[], feature: string | number): number {
  const index = typeof feature === "number" ? feature : featureNames.indexOf(feature);
  if (Number.isInteger(index) && index >= 0 && index < featureNames.length) return index;
  if (typeof feature === "number") {
    throw new ShapeError(`there is no feature ${feature}; the features are 0 to ${featureNames.length - 1}`);
  }
  const near = nearestName(feature, featureNames);
  const hint = near === undefined ? "" : `; did you mean ${JSON.stringify(near)}?`;
  throw new ShapeError(`${JSON.stringify(feature)} is no feature of this explanation${hint}`, {
    column: feature,
  });
}

function outputIndex(outputNames: readonly string[], output: string | number | undefined): number {
  if (output === undefined) {
    if (outputNames.length === 1) return 0;
    throw new ShapeError(
      `this explanation has ${outputNames.length} outputs: choose one with \`output\` (${list(outputNames)})`,
    );
  }
  const index = typeof output === "number" ? output : outputNames.indexOf(output);
  if (Number.isInteger(index) && index >= 0 && index < outputNames.length) return index;
  throw new ShapeError(`there is no output ${JSON.stringify(output)}; there are ${list(outputNames)}`);
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => JSON.stringify(name));
  return names.length > 10 ? `${shown.join(", ")} and ${names.length - 10} more` : shown.join(", ");
}

function chosenRows(row: number | readonly number[] | undefined, rows: number): ArrayLike<number> {
  if (row === undefined) return Uint32Array.from({ length: rows }, (_, r) => r);
  const chosen = typeof row === "number" ? [row] : row;
  if (chosen.length === 0) throw new ShapeError("row: an empty list of rows has nothing to draw");
  for (const r of chosen) {
    if (!Number.isInteger(r) || r < 0 || r >= rows) {
      throw new ShapeError(`there is no row ${r}; the rows are 0 to ${rows - 1}`, { row: r });
    }
  }
  return chosen;
}

function notDrawable(
  values: Float64Array,
  baseValue: number,
  row: number,
  r: number,
  featureNames: readonly string[],
): ShapeError {
  if (!isDrawable(baseValue)) return new ShapeError(`the base value is ${baseValue}: it cannot be drawn`);
  const features = featureNames.length;
  const f = values.subarray(r * features, (r + 1) * features).findIndex((value) => !isDrawable(value));
  if (f < 0) return new ShapeError(`row ${row}: the contributions add up to more than can be drawn`, { row });
  const name = featureNames[f]!;
  return new ShapeError(
    `row ${row}: the contribution of ${JSON.stringify(name)} is ${values[r * features + f]}: it cannot be drawn`,
    { row, column: name },
  );
}
