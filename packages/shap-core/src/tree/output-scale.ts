import { ShapeError, UnsupportedModelError } from "../errors.js";
import { isJoint, scalarTransform } from "../model/output-transform.js";
import type { TreeEnsemble } from "../model/tree-ensemble.js";

/** A function T of the margin and its mean slope between two margins. */
export interface ScaleOfOutput {
  readonly transform: (margin: number) => number;
  /** (T(a) − T(b)) / (a − b); 1 where a = b, as in shap. */
  readonly slope: (a: number, b: number) => number;
}

const REMEDY = 'Explain the margin: output "raw"';

/** T of `output: "probability"`: what the model's predict gives. */
export function probabilityScale(model: TreeEnsemble): ScaleOfOutput {
  const { transform } = model;
  if (isJoint(transform) || model.outputNames.length > 1) {
    throw new UnsupportedModelError(
      `Probabilities are explained for models with one output; this one has ${model.outputNames.length}` +
        (isJoint(transform) ? `, joined by ${transform.kind}` : ""),
      REMEDY,
    );
  }
  return withSlope(scalarTransform(transform));
}

/**
 * T of `output: "log_loss"` for a row with the label y: log(1 + e^m) − y m for a binary classifier,
 * (m − y)² for a regression on squared error, as in shap.
 * @throws UnsupportedModelError for any other objective
 */
export function lossScale(model: TreeEnsemble): (label: number) => ScaleOfOutput {
  const { transform, source } = model;
  if (model.outputNames.length > 1) {
    throw new UnsupportedModelError(
      `The loss is explained for models with one output; this one has ${model.outputNames.length}`,
      REMEDY,
    );
  }
  if (transform.kind === "logistic") {
    const { scale } = transform;
    return (label) => withSlope((m) => softplus(scale * m) - label * scale * m);
  }
  const objective = source.objective ?? "squared error";
  if (transform.kind === "identity" && /squared_?\s?error|^l2|regression$|mse|rmse/i.test(objective)) {
    return (label) => withSlope((m) => (m - label) ** 2);
  }
  throw new UnsupportedModelError(
    `The loss of objective ${objective} is not known; binary log loss and squared error are`,
    REMEDY,
  );
}

/** The labels of `log_loss`: a number a row. */
export function checkLabels(labels: ArrayLike<number> | undefined, rows: number): ArrayLike<number> {
  if (labels === undefined) {
    throw new ShapeError('output "log_loss" needs the true labels: explain(rows, { labels })');
  }
  if (labels.length !== rows) throw new ShapeError(`${labels.length} labels for ${rows} rows`);
  for (let r = 0; r < rows; r++) {
    if (!Number.isFinite(labels[r]))
      throw new ShapeError(`label ${r} is ${labels[r]}, expected a number`, { row: r });
  }
  return labels;
}

function withSlope(transform: (margin: number) => number): ScaleOfOutput {
  return { transform, slope: (a, b) => (a === b ? 1 : (transform(a) - transform(b)) / (a - b)) };
}

function softplus(m: number): number {
  return m > 0 ? m + Math.log1p(Math.exp(-m)) : Math.log1p(Math.exp(m));
}
