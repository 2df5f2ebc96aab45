import { ShapeError } from "./errors.js";
import type { Matrix } from "./model/matrix.js";

export interface ExplanationData {
  /** rows × features × outputs, row-major. */
  readonly values: Float64Array;
  /** One an output. */
  readonly baseValues: Float64Array;
  /** rows × outputs, row-major, where each row has a base value of its own (a loss depends on the row's label). */
  readonly rowBaseValues?: Float64Array;
  /** The rows that were explained; NaN is a missing value. */
  readonly data: Matrix;
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];
}

/** What `Explanation.toJSON` gives. A missing value of `data` is null. */
export interface ExplanationJson {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly baseValues: readonly (number | null)[];
  readonly rowBaseValues?: readonly number[];
  readonly data: readonly (number | null)[];
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];
}

/**
 * How much each feature moved each prediction away from the base value: for every row and output,
 * base value + Σ over features of the values = the model's output.
 */
export class Explanation {
  readonly values: Float64Array;
  readonly baseValues: Float64Array;
  readonly rowBaseValues: Float64Array | undefined;
  readonly data: Matrix;
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];

  constructor(fields: ExplanationData) {
    const { data, featureNames, outputNames } = fields;
    const expected = data.rows * featureNames.length * outputNames.length;
    if (fields.values.length !== expected) {
      throw new ShapeError(
        `an explanation of this shape has ${expected} values, got ${fields.values.length}`,
      );
    }
    if (fields.baseValues.length !== outputNames.length) {
      throw new ShapeError(`expected ${outputNames.length} base values, got ${fields.baseValues.length}`);
    }
    if (
      fields.rowBaseValues !== undefined &&
      fields.rowBaseValues.length !== data.rows * outputNames.length
    ) {
      throw new ShapeError(
        `expected ${data.rows * outputNames.length} base values of rows, got ${fields.rowBaseValues.length}`,
      );
    }
    this.values = fields.values;
    this.baseValues = fields.baseValues;
    this.rowBaseValues = fields.rowBaseValues;
    this.data = data;
    this.featureNames = featureNames;
    this.outputNames = outputNames;
  }

  /** [rows, features], or [rows, features, outputs] where there are several: outputs last, as in Python's shap. */
  get shape(): number[] {
    const shape = [this.data.rows, this.featureNames.length];
    return this.outputNames.length === 1 ? shape : [...shape, this.outputNames.length];
  }

  /** The value that the values of a row add to for an output. */
  baseValue(row: number, output = 0): number {
    if (this.rowBaseValues !== undefined) return this.rowBaseValues[row * this.outputNames.length + output]!;
    return this.baseValues[output]!;
  }

  toJSON(): ExplanationJson {
    return {
      shape: this.shape,
      values: Array.from(this.values),
      baseValues: Array.from(this.baseValues, (value) => (Number.isNaN(value) ? null : value)),
      ...(this.rowBaseValues === undefined ? {} : { rowBaseValues: Array.from(this.rowBaseValues) }),
      data: Array.from(this.data.data, (value) => (Number.isNaN(value) ? null : value)),
      featureNames: this.featureNames,
      outputNames: this.outputNames,
    };
  }

  static fromJSON(json: ExplanationJson): Explanation {
    const [rows = 0, columns = 0] = json.shape;
    return new Explanation({
      values: Float64Array.from(json.values),
      baseValues: Float64Array.from(json.baseValues, (value) => value ?? Number.NaN),
      rowBaseValues: json.rowBaseValues && Float64Array.from(json.rowBaseValues),
      data: { data: Float64Array.from(json.data, (value) => value ?? Number.NaN), rows, columns },
      featureNames: json.featureNames,
      outputNames: json.outputNames,
    });
  }
}
