import { UnsupportedModelError } from "../../errors.js";
import type { Operator } from "./attributes.js";
import { type Column, columnLine } from "./columns.js";
import { refuse } from "./refuse.js";
import { postTransform, type Scores } from "./scores.js";
import { classLabels } from "./tree-operators.js";

/** ai.onnx.ml.LinearRegressor. */
export function linearRegressor(operator: Operator, columns: readonly Column[], features: number): Scores {
  const { attributes, name } = operator;
  const outputs = attributes.integer("targets", 1);
  const coefficients = attributes.numbers("coefficients", outputs * columns.length);
  const intercepts = attributes.numbers("intercepts");
  return {
    ...linearScores(operator, columns, features, coefficients, intercepts, outputs),
    transform: postTransform(attributes.text("post_transform", "NONE"), outputs, name),
  };
}

/** ai.onnx.ml.LinearClassifier: one row of coefficients a class, or one row for the second of two. */
export function linearClassifier(operator: Operator, columns: readonly Column[], features: number): Scores {
  const { attributes, name } = operator;
  const coefficients = attributes.numbers("coefficients");
  const labels = classLabels(operator);
  const outputs = coefficients.length / columns.length;
  if (outputs !== labels.length && !(outputs === 1 && labels.length === 2))
    refuse(attributes.place("coefficients"), `expected ${labels.length} × ${columns.length} coefficients`);
  const post = attributes.text("post_transform", "NONE");
  if (outputs === 1 && post === "SOFTMAX") {
    throw new UnsupportedModelError(
      `${name} with the post_transform SOFTMAX and one row of coefficients for two classes is not read`,
      "Write one row of coefficients a class",
    );
  }
  return {
    ...linearScores(operator, columns, features, coefficients, attributes.numbers("intercepts"), outputs),
    transform: postTransform(post, outputs, name),
    isClassifier: true,
    labels,
  };
}

/**
 * Sums of weighted columns as sums of weighted features: what was done to a column goes into its coefficient.
 * @param coefficients outputs × columns, row-major
 */
export function linearScores(
  operator: Operator,
  columns: readonly Column[],
  features: number,
  coefficients: ArrayLike<number>,
  intercepts: ArrayLike<number>,
  outputs: number,
): Scores {
  if (outputs < 1 || coefficients.length !== outputs * columns.length)
    refuse(
      operator.node,
      `expected ${outputs} × ${columns.length} coefficients, found ${coefficients.length}`,
    );
  if (intercepts.length !== 0 && intercepts.length !== outputs)
    refuse(operator.node, `expected ${outputs} intercepts, found ${intercepts.length}`);
  const weights = new Float64Array(outputs * features);
  const base = Float64Array.from({ length: outputs }, (_, k) => intercepts[k] ?? 0);
  columns.forEach((column, c) => {
    const { slope, shift } = columnLine(column);
    for (let k = 0; k < outputs; k++) {
      const coefficient = coefficients[k * columns.length + c]!;
      weights[k * features + column.feature]! += coefficient * slope;
      base[k]! += coefficient * shift;
    }
  });
  if (!weights.every(Number.isFinite) || !base.every(Number.isFinite))
    refuse(operator.node, "has a coefficient that is not finite; expected finite numbers");
  return {
    sums: { kind: "linear", coefficients: weights },
    base,
    transform: { kind: "identity" },
    isClassifier: false,
    labels: undefined,
  };
}
