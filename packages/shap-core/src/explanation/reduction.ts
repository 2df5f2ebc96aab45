import { ShapeError } from "../errors.js";
import type { Explanation } from "../explanation.js";

export type Reduction = "mean" | "sum" | "max" | "min";

/** One number a feature (and output): what summing up rows leaves. */
export class FeatureSummary {
  constructor(
    /** features × outputs, row-major. */
    readonly values: Float64Array,
    readonly featureNames: readonly string[],
    readonly outputNames: readonly string[],
  ) {}

  /** [features], or [features, outputs] where there are several. */
  get shape(): number[] {
    const { length } = this.outputNames;
    return length === 1 ? [this.featureNames.length] : [this.featureNames.length, length];
  }

  /** The number of one feature, by name; of one output, by name or place (default the first). */
  get(feature: string, output: string | number = 0): number {
    const j = this.featureNames.indexOf(feature);
    const k = typeof output === "number" ? output : this.outputNames.indexOf(output);
    if (j < 0 || !(k in this.outputNames)) {
      throw new ShapeError(`there is no ${JSON.stringify(j < 0 ? feature : output)}`, { column: feature });
    }
    return this.values[j * this.outputNames.length + k]!;
  }

  /** Places of the features, the largest first, outputs added up; equal ones in their order. */
  order(): number[] {
    const totals = this.featureNames.map((_, j) => this.total(j));
    return totals.map((_, j) => j).sort((a, b) => totals[b]! - totals[a]! || a - b);
  }

  /** Features and numbers, the largest first, outputs added up. */
  top(count: number = this.featureNames.length): { feature: string; value: number }[] {
    return this.order()
      .slice(0, count)
      .map((j) => ({ feature: this.featureNames[j]!, value: this.total(j) }));
  }

  private total(feature: number): number {
    const outputs = this.outputNames.length;
    return this.values.subarray(feature * outputs, (feature + 1) * outputs).reduce((a, b) => a + b, 0);
  }
}

export function reduceRows(explanation: Explanation, reduction: Reduction): FeatureSummary {
  const { values, featureNames, outputNames, data } = explanation;
  const width = featureNames.length * outputNames.length;
  const reduced = new Float64Array(width);
  for (let i = 0; i < width; i++) reduced[i] = reduce(values, reduction, i, data.rows, width);
  return new FeatureSummary(reduced, featureNames, outputNames);
}

/** rows × outputs. */
export function reduceFeatures(explanation: Explanation, reduction: Reduction): Float64Array {
  const { values, featureNames, outputNames, data } = explanation;
  const outputs = outputNames.length;
  const reduced = new Float64Array(data.rows * outputs);
  for (let i = 0; i < reduced.length; i++) {
    const start = Math.floor(i / outputs) * featureNames.length * outputs + (i % outputs);
    reduced[i] = reduce(values, reduction, start, featureNames.length, outputs);
  }
  return reduced;
}

/** Of `count` numbers, `step` apart. */
function reduce(
  values: Float64Array,
  reduction: Reduction,
  start: number,
  count: number,
  step: number,
): number {
  let result =
    reduction === "max" ? Number.NEGATIVE_INFINITY : reduction === "min" ? Number.POSITIVE_INFINITY : 0;
  for (let i = 0; i < count; i++) {
    const value = values[start + i * step]!;
    if (reduction === "max") result = Math.max(result, value);
    else if (reduction === "min") result = Math.min(result, value);
    else result += value;
  }
  return reduction === "mean" ? result / count : result;
}
