import { ShapeError } from "../errors.js";
import { Explanation } from "../explanation.js";
import { nearestName } from "../model/nearest-name.js";

/** What is wanted of an explanation; absent: all. */
export interface Selection {
  /** A place, places, a range (end not included; absent: the end), or a test of each row's place. */
  readonly rows?: number | readonly number[] | RowRange | ((row: number) => boolean);
  /** By name or place. */
  readonly features?: string | number | readonly (string | number)[];
  /** By name or place. */
  readonly outputs?: string | number | readonly (string | number)[];
}

export interface RowRange {
  readonly start?: number;
  readonly end?: number;
}

export function select(explanation: Explanation, selection: Selection): Explanation {
  const { data, featureNames, outputNames, rowBaseValues, standardErrors, evaluations } = explanation;
  const rows = selectedRows(selection.rows, data.rows);
  const features = selectedNames("feature", selection.features, featureNames);
  const outputs = selectedNames("output", selection.outputs, outputNames);
  const cells = (source: Float64Array) =>
    gather(source, rows, features, outputs, featureNames.length, outputNames.length);
  const bases = rowBaseValues && gather(rowBaseValues, rows, [0], outputs, 1, outputNames.length);
  return new Explanation({
    values: cells(explanation.values),
    remainder: remainderOf(explanation, rows, features, outputs),
    baseValues: bases
      ? meanByOutput(bases, outputs.length)
      : Float64Array.from(outputs, (k) => explanation.baseValues[k]!),
    data: {
      data: gather(data.data, rows, features, [0], data.columns, 1),
      rows: rows.length,
      columns: features.length,
    },
    featureNames: features.map((j) => featureNames[j]!),
    outputNames: outputs.map((k) => outputNames[k]!),
    rowBaseValues: bases,
    standardErrors: standardErrors && cells(standardErrors),
    evaluations,
  });
}

/** What the features that are not taken gave, and what was left over before. */
function remainderOf(
  explanation: Explanation,
  rows: readonly number[],
  features: readonly number[],
  outputs: readonly number[],
): Float64Array | undefined {
  const { featureNames, outputNames, values, remainder } = explanation;
  const taken = new Map<number, number>();
  for (const j of features) taken.set(j, (taken.get(j) ?? 0) + 1);
  const complete = featureNames.every((_, j) => taken.get(j) === 1);
  if (complete && remainder === undefined) return undefined;
  return Float64Array.from({ length: rows.length * outputs.length }, (_, i) => {
    const row = rows[Math.floor(i / outputs.length)]!;
    const k = outputs[i % outputs.length]!;
    let left = remainder?.[row * outputNames.length + k] ?? 0;
    for (let j = 0; !complete && j < featureNames.length; j++) {
      const value = values[(row * featureNames.length + j) * outputNames.length + k]!;
      // A feature that is taken twice counts twice.
      if (taken.get(j) !== 1) left += (1 - (taken.get(j) ?? 0)) * value;
    }
    return left;
  });
}

/** Cells of a rows × columns × depth array. */
function gather(
  source: Float64Array,
  rows: readonly number[],
  columns: readonly number[],
  depths: readonly number[],
  width: number,
  depth: number,
): Float64Array {
  const cells = new Float64Array(rows.length * columns.length * depths.length);
  let i = 0;
  for (const r of rows) {
    for (const c of columns) for (const d of depths) cells[i++] = source[(r * width + c) * depth + d]!;
  }
  return cells;
}

function selectedRows(wanted: Selection["rows"], count: number): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  if (wanted === undefined) return all;
  if (typeof wanted === "function") return all.filter(wanted);
  if (typeof wanted === "number") return [placeOf("row", wanted, count)];
  return "length" in wanted
    ? wanted.map((row) => placeOf("row", row, count))
    : all.slice(wanted.start, wanted.end);
}

function selectedNames(what: string, wanted: Selection["features"], names: readonly string[]): number[] {
  if (wanted === undefined) return names.map((_, i) => i);
  const list = typeof wanted === "string" || typeof wanted === "number" ? [wanted] : wanted;
  return list.map((item) => {
    if (typeof item === "number") return placeOf(what, item, names.length);
    const place = names.indexOf(item);
    if (place >= 0) return place;
    const near = nearestName(item, names);
    const hint =
      near === undefined
        ? `; there are ${names.slice(0, 10).join(", ")}`
        : `; did you mean ${JSON.stringify(near)}?`;
    throw new ShapeError(`the explanation has no ${what} ${JSON.stringify(item)}${hint}`, { column: item });
  });
}

function placeOf(what: string, place: number, count: number): number {
  const index = place < 0 ? count + place : place;
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new ShapeError(`there is no ${what} ${place}; the explanation has ${count}, counted from 0`);
  }
  return index;
}

function meanByOutput(rowBaseValues: Float64Array, outputs: number): Float64Array {
  const mean = new Float64Array(outputs);
  const rows = rowBaseValues.length / outputs;
  rowBaseValues.forEach((value, i) => {
    mean[i % outputs]! += value / rows;
  });
  return mean;
}
