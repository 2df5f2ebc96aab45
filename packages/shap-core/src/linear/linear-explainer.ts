import { columnMeans, covarianceMatrix } from "../algebra/covariance.js";
import { ShapeError, UnsupportedModelError } from "../errors.js";
import { Explanation } from "../explanation.js";
import { InteractionExplanation } from "../interaction-explanation.js";
import type { LinearModel } from "../model/linear-model.js";
import type { Matrix } from "../model/matrix.js";
import { type Rows, toMatrix } from "../model/rows.js";
import { type CreditMatrix, correlationCredit } from "./correlation-credit.js";

export interface LinearExplainerOptions {
  /** Rows, or what `LinearExplainer` in Python also takes: their mean and covariance (features × features). */
  readonly background?: Rows | BackgroundMoments;
  readonly perturbation?: "interventional" | "correlation_dependent";
  /** Orders sampled where more than 12 features correlate; default 1,000. */
  readonly maxEvaluations?: number;
  /** Whole number; default 0. Plays no part up to 12 features: those are exact. */
  readonly seed?: number;
}

export interface BackgroundMoments {
  readonly mean: readonly number[];
  /** Needed for `correlation_dependent`. */
  readonly covariance?: readonly (readonly number[])[];
}

/**
 * Shapley values of a linear model's raw output (the log-odds of a logistic one), exact and in closed form.
 *
 * - `interventional`: coefficient × distance from the background's mean. In Python: `LinearExplainer` with an
 *   Independent masker.
 * - `correlation_dependent`: hidden features take the mean that the known ones imply under a multivariate normal
 *   distribution, so that correlated features share credit. In Python: with an Impute masker.
 */
export class LinearExplainer {
  readonly method = "linear";
  /** The raw output at the background's mean; one an output. */
  readonly expectedValue: Float64Array;
  private readonly means: Float64Array;
  private readonly credit: CreditMatrix[] | undefined;

  /**
   * @throws UnsupportedModelError without a background
   * @throws ShapeError where the background does not fit the model, or misses values the model has no use for
   */
  constructor(
    private readonly model: LinearModel,
    options: LinearExplainerOptions,
  ) {
    if (options.background === undefined) {
      throw new UnsupportedModelError(
        "A linear model is explained against the mean of background rows",
        "Give `background`",
      );
    }
    const correlated = options.perturbation === "correlation_dependent";
    const { means, covariance } = moments(model, options.background, correlated);
    this.means = means;
    this.expectedValue = model.predict([Array.from(means)]).values;
    if (covariance !== undefined) {
      const { seed = 0, maxEvaluations: orders = 1000 } = options;
      this.credit = model.outputNames.map((_, k) =>
        correlationCredit(this.coefficients(k), covariance, { seed, orders }),
      );
    }
  }

  /** @throws ShapeError where a row does not fit the model, or misses a value the model has no use for */
  explain(rows: Rows): Explanation {
    const { featureNames, outputNames } = this.model;
    const data = toMatrix(rows, this.model);
    const known = filled(this.model, data, "row");
    const features = featureNames.length;
    const outputs = outputNames.length;
    const values = new Float64Array(data.rows * features * outputs);
    const rise = new Float64Array(features);
    for (let r = 0; r < data.rows; r++) {
      for (let j = 0; j < features; j++) rise[j] = known.data[r * features + j]! - this.means[j]!;
      for (let k = 0; k < outputs; k++) {
        const shares = this.credit?.[k]?.values(rise) ?? this.coefficients(k).map((c, j) => c * rise[j]!);
        for (let j = 0; j < features; j++) values[(r * features + j) * outputs + k] = shares[j]!;
      }
    }
    return new Explanation({ values, baseValues: this.expectedValue, data, featureNames, outputNames });
  }

  /**
   * A sum has no interactions: each feature's value stands on the diagonal.
   * @throws UnsupportedModelError for `correlation_dependent`, where correlated features do interact
   */
  explainInteractions(rows: Rows): InteractionExplanation {
    if (this.credit !== undefined) {
      throw new UnsupportedModelError(
        "Interactions of a linear model are not computed for correlation_dependent",
        'Use perturbation "interventional"',
      );
    }
    const { values, baseValues, data, featureNames, outputNames } = this.explain(rows);
    const features = featureNames.length;
    const outputs = outputNames.length;
    const interactions = new Float64Array(values.length * features);
    values.forEach((value, i) => {
      const feature = Math.floor(i / outputs) % features;
      const place = Math.floor(i / outputs) * features + feature;
      interactions[place * outputs + (i % outputs)] = value;
    });
    return new InteractionExplanation({ values: interactions, baseValues, data, featureNames, outputNames });
  }

  private coefficients(output: number): Float64Array {
    const features = this.model.featureNames.length;
    return this.model.coefficients.subarray(output * features, (output + 1) * features);
  }
}

function moments(
  model: LinearModel,
  background: Rows | BackgroundMoments,
  correlated: boolean,
): { means: Float64Array; covariance?: Float64Array } {
  const features = model.featureNames.length;
  if (isMoments(background)) return givenMoments(background, features, correlated);
  const matrix = filled(model, toMatrix(background, model), "background row");
  const needed = correlated ? 2 : 1;
  if (matrix.rows < needed) {
    throw new ShapeError(`the background has ${matrix.rows} rows; this explainer needs at least ${needed}`);
  }
  const means = columnMeans(matrix);
  return correlated ? { means, covariance: covarianceMatrix(matrix, means) } : { means };
}

/** Whether a background is given as its mean and covariance instead of as rows. */
export function isMoments(background: Rows | BackgroundMoments): background is BackgroundMoments {
  return (
    typeof background === "object" &&
    background !== null &&
    "mean" in background &&
    !Array.isArray(background)
  );
}

function givenMoments(
  { mean, covariance }: BackgroundMoments,
  features: number,
  correlated: boolean,
): { means: Float64Array; covariance?: Float64Array } {
  if (mean.length !== features) {
    throw new ShapeError(
      `the background's mean has ${mean.length} numbers; the model has ${features} features`,
    );
  }
  const means = Float64Array.from(mean);
  if (!correlated) return { means };
  if (covariance?.length !== features || covariance.some((row) => row.length !== features)) {
    throw new ShapeError(`correlation_dependent needs a covariance of ${features} × ${features} numbers`);
  }
  return { means, covariance: Float64Array.from(covariance.flat()) };
}

/** The rows with what the model counts a missing value as. */
function filled(model: LinearModel, matrix: Matrix, what: string): Matrix {
  const missing = matrix.data.findIndex((value) => Number.isNaN(value));
  if (missing < 0) return matrix;
  if (Number.isNaN(model.missingValue)) {
    const column = model.featureNames[missing % matrix.columns]!;
    const row = Math.floor(missing / matrix.columns);
    throw new ShapeError(
      `${what} ${row}, ${JSON.stringify(column)}: missing, and this linear model has no value for missing; fill it in first`,
      { row, column },
    );
  }
  return {
    ...matrix,
    data: matrix.data.map((value) => (Number.isNaN(value) ? model.missingValue : value)),
  };
}
