import { ShapeError } from "./errors.js";
import { checkAdditive } from "./explanation/additivity.js";
import { autoCohorts, type Cohorts, labelledCohorts } from "./explanation/cohorts.js";
import { type ColumnOptions, toColumns } from "./explanation/columns.js";
import { type CsvOptions, toCsv } from "./explanation/csv.js";
import { groupFeatures } from "./explanation/grouping.js";
import { type ExplanationJson, fromJson, toJson } from "./explanation/json.js";
import { type FeatureSummary, reduceFeatures, reduceRows } from "./explanation/reduction.js";
import { type Selection, select } from "./explanation/selection.js";
import { describeExplanation, type SentenceOptions } from "./explanation/sentence.js";
import type { Matrix } from "./model/matrix.js";
import type { Predictions } from "./model/model.js";
import { clusterColumns, type Hierarchy, type Linkage } from "./sampling/hierarchy.js";
import type { Evaluations } from "./sampling/row-evaluator.js";

export interface ExplanationData {
  /** rows × features × outputs, row-major. */
  readonly values: Float64Array;
  /** One an output. */
  readonly baseValues: Float64Array;
  /** The rows that were explained; NaN is a missing value. */
  readonly data: Matrix;
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];
  /** rows × outputs, where rows have base values of their own; `baseValues` is then their mean. */
  readonly rowBaseValues?: Float64Array;
  /**
   * rows × outputs: what the prediction is made of besides base value and values, where features were left out or
   * signs taken away.
   */
  readonly remainder?: Float64Array;
  /** In the shape of `values`, from methods that sample: how far a value is off, one standard deviation. */
  readonly standardErrors?: Float64Array;
  /** What the explanation cost, from methods that ask a function. */
  readonly evaluations?: Readonly<Evaluations>;
}

/**
 * How much each feature moved each prediction away from the base value: for every row and output,
 * base value + Σ over features of the values = the model's output.
 *
 * Nothing changes an explanation; what selects or sums gives a new one.
 */
export class Explanation {
  readonly values: Float64Array;
  readonly baseValues: Float64Array;
  readonly data: Matrix;
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly rowBaseValues?: Float64Array;
  readonly remainder?: Float64Array;
  readonly standardErrors?: Float64Array;
  readonly evaluations?: Readonly<Evaluations>;

  /** @throws ShapeError where the parts do not fit together */
  constructor(fields: ExplanationData) {
    const { data, featureNames, outputNames } = fields;
    const cells = data.rows * featureNames.length * outputNames.length;
    checkLength("values", fields.values, cells);
    checkLength("data", data.data, data.rows * featureNames.length);
    checkLength("base values", fields.baseValues, outputNames.length);
    checkLength("base values by row", fields.rowBaseValues, data.rows * outputNames.length);
    checkLength("remainders", fields.remainder, data.rows * outputNames.length);
    checkLength("standard errors", fields.standardErrors, cells);
    this.values = fields.values;
    this.baseValues = fields.baseValues;
    this.data = data;
    this.featureNames = featureNames;
    this.outputNames = outputNames;
    if (fields.rowBaseValues !== undefined) this.rowBaseValues = fields.rowBaseValues;
    if (fields.remainder !== undefined) this.remainder = fields.remainder;
    if (fields.standardErrors !== undefined) this.standardErrors = fields.standardErrors;
    if (fields.evaluations !== undefined) this.evaluations = fields.evaluations;
  }

  /** [rows, features], or [rows, features, outputs] where there are several: outputs last, as in Python's shap. */
  get shape(): number[] {
    const shape = [this.data.rows, this.featureNames.length];
    return this.outputNames.length === 1 ? shape : [...shape, this.outputNames.length];
  }

  /** The base value of one row and output. */
  baseValue(row: number, output = 0): number {
    return this.rowBaseValues?.[row * this.outputNames.length + output] ?? this.baseValues[output]!;
  }

  /** rows × outputs: base value + Σ over features of the values + remainder, which is what the model gives. */
  predictions(): Float64Array {
    const outputs = this.outputNames.length;
    return this.sum("features").map(
      (sum, i) => this.baseValue(Math.floor(i / outputs), i % outputs) + sum + (this.remainder?.[i] ?? 0),
    );
  }

  /**
   * Holds base values and values against what the model itself gives for the same rows: `explanation.checkAdditive(
   * model.predict(rows))`. Within 1e-9 of the magnitudes that are added up.
   * @throws AdditivityError naming the first row that does not add up
   * @throws ShapeError where rows or outputs differ in number
   */
  checkAdditive(predictions: Predictions): void {
    checkAdditive(this, predictions);
  }

  /**
   * Some rows, features and outputs, in the order asked for; by place (negative: from the end), name or predicate.
   * What the features left out gave is kept as `remainder`, so that predictions stay what they are.
   * @throws ShapeError for a place or name that does not exist, naming the nearest one
   */
  select(selection: Selection): Explanation {
    return select(this, selection);
  }

  /** One row; `toString` of it reads like a sentence. */
  row(index: number): Explanation {
    return this.select({ rows: index });
  }

  /** One feature, by name or place. */
  feature(feature: string | number): Explanation {
    return this.select({ features: feature });
  }

  /** One output, by name or place. */
  output(output: string | number): Explanation {
    return this.select({ outputs: output });
  }

  /** The same with every value's magnitude; `remainder` takes up the difference. */
  abs(): Explanation {
    const magnitudes = new Explanation({ ...this, values: this.values.map(Math.abs) });
    const [before, after] = [this.sum("features"), magnitudes.sum("features")];
    const remainder = before.map((sum, i) => sum - after[i]! + (this.remainder?.[i] ?? 0));
    return new Explanation({ ...magnitudes, remainder });
  }

  /** Over rows: one number a feature (and output). Over features: rows × outputs. Of no rows or features: NaN. */
  mean(): FeatureSummary;
  mean(over: "features"): Float64Array;
  mean(over: "rows" | "features" = "rows"): FeatureSummary | Float64Array {
    return over === "rows" ? reduceRows(this, "mean") : reduceFeatures(this, "mean");
  }

  /** As `mean`. */
  sum(): FeatureSummary;
  sum(over: "features"): Float64Array;
  sum(over: "rows" | "features" = "rows"): FeatureSummary | Float64Array {
    return over === "rows" ? reduceRows(this, "sum") : reduceFeatures(this, "sum");
  }

  /** As `mean`; of no rows or features: −Infinity. */
  max(): FeatureSummary;
  max(over: "features"): Float64Array;
  max(over: "rows" | "features" = "rows"): FeatureSummary | Float64Array {
    return over === "rows" ? reduceRows(this, "max") : reduceFeatures(this, "max");
  }

  /** As `mean`; of no rows or features: Infinity. */
  min(): FeatureSummary;
  min(over: "features"): Float64Array;
  min(over: "rows" | "features" = "rows"): FeatureSummary | Float64Array {
    return over === "rows" ? reduceRows(this, "min") : reduceFeatures(this, "min");
  }

  /** Mean magnitude of each feature's values: `abs().mean()`, as in Python's `shap_values.abs.mean(0)`. */
  importance(): FeatureSummary {
    return this.abs().mean();
  }

  /** Features by importance, the largest first; summed over outputs. */
  sortByImportance(): Explanation {
    return this.select({ features: this.importance().order() });
  }

  /**
   * Adds up the values of features that belong together, as Python's `shap.group_features`. A group stands where its
   * first member stood. The data of a group of several features is missing: there is no one value.
   * @param groups group by feature; features not named stay alone
   */
  groupFeatures(groups: Readonly<Record<string, string>> | ReadonlyMap<string, string>): Explanation {
    return groupFeatures(this, groups);
  }

  /**
   * Rows in groups: by a label each row, or into at most so many groups that a regression tree on the data finds,
   * named by its splits (one output only), as in Python's shap.
   * @throws ShapeError where labels and rows differ in number, or a tree is asked for several outputs
   */
  cohorts(by: readonly (string | number | boolean)[] | number): Cohorts {
    return typeof by === "number" ? autoCohorts(this, by) : labelledCohorts(this, by);
  }

  /**
   * A hierarchy of the features by how alike they move predictions (`of: "values"`, squared distance) or how
   * correlated they are (`of: "data"`, 1 − correlation): a linkage matrix as scipy's. Default: values, complete.
   * `leafOrder` gives the order in which to show them.
   */
  clusterFeatures({
    of = "values",
    linkage = "complete",
  }: {
    of?: "values" | "data";
    linkage?: Linkage;
  } = {}): Hierarchy {
    if (of === "data") return clusterColumns(this.data, "correlation", linkage);
    const { rows } = this.data;
    const columns = this.featureNames.length;
    const outputs = this.outputNames.length;
    // Every output is one more coordinate of a feature.
    const data = new Float64Array(this.values.length);
    this.values.forEach((value, i) => {
      const row = Math.floor(i / (columns * outputs)) * outputs + (i % outputs);
      data[row * columns + (Math.floor(i / outputs) % columns)] = value;
    });
    return clusterColumns({ data, rows: rows * outputs, columns }, "sqeuclidean", linkage);
  }

  /**
   * One row: a sentence with the prediction, the base value and the largest reasons. Several: what there is, and the
   * most important features.
   */
  toString(options: SentenceOptions = {}): string {
    return describeExplanation(this, options);
  }

  /** Columns by name, each a Float64Array of one number a row: what any Arrow library takes without copying. */
  columns(options: ColumnOptions = {}): Map<string, Float64Array> {
    return toColumns(this, options);
  }

  /** The columns as CSV (RFC 4180): a header line, numbers that read back as the same bits, missing values empty. */
  toCSV(options: CsvOptions = {}): string {
    return toCsv(this.columns(options), this.data.rows, options.header);
  }

  /** Everything, so that `fromJSON(JSON.parse(JSON.stringify(explanation)))` has the same bits. */
  toJSON(): ExplanationJson {
    return toJson(this);
  }

  /** @throws ShapeError where the parts do not fit together */
  static fromJSON(json: ExplanationJson): Explanation {
    return new Explanation(fromJson(json));
  }
}

function checkLength(what: string, numbers: Float64Array | undefined, expected: number): void {
  if (numbers !== undefined && numbers.length !== expected) {
    throw new ShapeError(`an explanation of this shape has ${expected} ${what}, got ${numbers.length}`);
  }
}
