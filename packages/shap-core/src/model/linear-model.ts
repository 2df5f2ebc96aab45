import { ShapeError } from "../errors.js";
import type { ModelSource, Predictions, PredictOptions, Predictor } from "./model.js";
import { applyTransform, type OutputTransform } from "./output-transform.js";
import { type Rows, toMatrix } from "./rows.js";

export interface LinearModelData {
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];
  /** outputs × features, row-major: output k's weight of feature j is `coefficients[k * features + j]`. */
  readonly coefficients: Float64Array;
  /** One an output. */
  readonly intercepts: Float64Array;
  readonly transform: OutputTransform;
  readonly categories?: readonly (readonly string[] | undefined)[];
  /** What a missing value counts as. XGBoost's gblinear skips it (0); elsewhere the raw output becomes NaN. */
  readonly missingValue?: number;
  readonly source: ModelSource;
}

/** Raw output k of a row x: intercepts[k] + Σ_j coefficients[k][j] · x[j]. */
export class LinearModel implements Predictor {
  readonly kind = "linear";
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly coefficients: Float64Array;
  readonly intercepts: Float64Array;
  readonly transform: OutputTransform;
  readonly categories: readonly (readonly string[] | undefined)[] | undefined;
  readonly missingValue: number;
  readonly source: ModelSource;

  constructor(data: LinearModelData) {
    const expected = data.featureNames.length * data.outputNames.length;
    if (data.coefficients.length !== expected || data.intercepts.length !== data.outputNames.length) {
      throw new ShapeError(
        `a linear model of ${data.featureNames.length} features and ${data.outputNames.length} outputs needs ` +
          `${expected} coefficients and ${data.outputNames.length} intercepts, ` +
          `got ${data.coefficients.length} and ${data.intercepts.length}`,
      );
    }
    this.featureNames = data.featureNames;
    this.outputNames = data.outputNames;
    this.coefficients = data.coefficients;
    this.intercepts = data.intercepts;
    this.transform = data.transform;
    this.categories = data.categories;
    this.missingValue = data.missingValue ?? Number.NaN;
    this.source = data.source;
  }

  predict(rows: Rows, options: PredictOptions = {}): Predictions {
    const matrix = toMatrix(rows, this);
    const outputs = this.outputNames.length;
    const features = this.featureNames.length;
    const values = new Float64Array(matrix.rows * outputs);
    for (let r = 0; r < matrix.rows; r++) {
      for (let k = 0; k < outputs; k++) {
        let sum = this.intercepts[k]!;
        for (let j = 0; j < features; j++) {
          const x = matrix.data[r * features + j]!;
          sum += this.coefficients[k * features + j]! * (Number.isNaN(x) ? this.missingValue : x);
        }
        values[r * outputs + k] = sum;
      }
    }
    if (options.output === "probability") applyTransform(this.transform, values, outputs);
    return { values, rows: matrix.rows, outputs };
  }
}
