import { ShapeError } from "./errors.js";
import type { Matrix } from "./model/matrix.js";

export interface InteractionData {
  /** rows × features × features × outputs, row-major. */
  readonly values: Float64Array;
  /** One an output. */
  readonly baseValues: Float64Array;
  readonly data: Matrix;
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];
}

/**
 * How much each pair of features moved each prediction: symmetric, main effects on the diagonal. A row of the matrix
 * sums to the feature's Shapley value, the whole matrix and the base value to the model's output.
 */
export class InteractionExplanation implements InteractionData {
  readonly values: Float64Array;
  readonly baseValues: Float64Array;
  readonly data: Matrix;
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];

  constructor(fields: InteractionData) {
    const { data, featureNames, outputNames } = fields;
    const expected = data.rows * featureNames.length ** 2 * outputNames.length;
    if (fields.values.length !== expected) {
      throw new ShapeError(`interactions of this shape have ${expected} values, got ${fields.values.length}`);
    }
    this.values = fields.values;
    this.baseValues = fields.baseValues;
    this.data = data;
    this.featureNames = featureNames;
    this.outputNames = outputNames;
  }

  /** [rows, features, features], or [rows, features, features, outputs] where there are several. */
  get shape(): number[] {
    const features = this.featureNames.length;
    const shape = [this.data.rows, features, features];
    return this.outputNames.length === 1 ? shape : [...shape, this.outputNames.length];
  }
}
