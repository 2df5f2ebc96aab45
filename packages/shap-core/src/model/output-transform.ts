/**
 * From a model's raw output (margin) to what its library's predict gives. All act on one row's outputs.
 *
 * - `identity`: the raw output is the prediction
 * - `logistic`: 1 / (1 + e^(−scale·m)), output by output (one-vs-all too)
 * - `softmax`: e^(m_k) / Σ e^(m_j)
 * - `exp`: e^m (Poisson, gamma, Tweedie, survival)
 * - `signed-square`: sign(m)·m² (LightGBM's `reg_sqrt`)
 * - `log1p-exp`: ln(1 + e^m) (LightGBM's cross_entropy_lambda)
 * - `step`: 1 where m > 0, else 0 (XGBoost's `binary:hinge`)
 * - `softplus-steps`: m_0, then every next output the one before + `step` + ln(1 + e^(m_k)) (XGBoost's expectiles)
 * - `mean-variance`: m_0 and e^(2·m_1) (CatBoost's RMSEWithUncertainty)
 * - `isolation`: 2^(−m / expectedDepth), the anomaly score of an isolation forest whose raw output is the average
 *   depth (Liu, Ting & Zhou 2008, equation 2); scikit-learn's score_samples is its negative
 */
export type OutputTransform =
  | { readonly kind: "identity" }
  | { readonly kind: "logistic"; readonly scale: number }
  | { readonly kind: "softmax" }
  | { readonly kind: "exp" }
  | { readonly kind: "signed-square" }
  | { readonly kind: "log1p-exp" }
  | { readonly kind: "step" }
  | { readonly kind: "softplus-steps"; readonly step: number }
  | { readonly kind: "mean-variance" }
  | { readonly kind: "isolation"; readonly expectedDepth: number };

/** The transforms that take a row's outputs together, so that no function of one margin gives one output. */
export type JointTransform = Extract<
  OutputTransform,
  { kind: "softmax" | "softplus-steps" | "mean-variance" }
>;

export const identity: OutputTransform = { kind: "identity" };
export const logistic: OutputTransform = { kind: "logistic", scale: 1 };

/** Transforms raw outputs in place. `values` is rows × outputs, row-major. */
export function applyTransform(transform: OutputTransform, values: Float64Array, outputs: number): void {
  if (transform.kind === "identity") return;
  if (isJoint(transform)) {
    const f = jointTransform(transform);
    for (let start = 0; start < values.length; start += outputs) f(values.subarray(start, start + outputs));
    return;
  }
  const f = scalarTransform(transform);
  for (let i = 0; i < values.length; i++) values[i] = f(values[i]!);
}

/** Whether a transform takes a row's outputs together. */
export function isJoint(transform: OutputTransform): transform is JointTransform {
  return ["softmax", "softplus-steps", "mean-variance"].includes(transform.kind);
}

/** The transform of one output, where it does not need the row's other outputs. */
export function scalarTransform(
  transform: Exclude<OutputTransform, JointTransform>,
): (margin: number) => number {
  switch (transform.kind) {
    case "identity":
      return (m) => m;
    case "logistic":
      return (m) => 1 / (1 + Math.exp(-transform.scale * m));
    case "exp":
      return Math.exp;
    case "signed-square":
      return (m) => Math.sign(m) * m * m;
    case "log1p-exp":
      return softplus;
    case "step":
      return (m) => (m > 0 ? 1 : 0);
    case "isolation":
      return (m) => 2 ** (-m / transform.expectedDepth);
  }
}

function jointTransform(transform: JointTransform): (row: Float64Array) => void {
  switch (transform.kind) {
    case "softmax":
      return softmax;
    case "softplus-steps":
      return (row) => {
        for (let k = 1; k < row.length; k++) row[k] = row[k - 1]! + transform.step + softplus(row[k]!);
      };
    case "mean-variance":
      return (row) => {
        row[1] = Math.exp(2 * row[1]!);
      };
  }
}

function softplus(m: number): number {
  return m > 0 ? m + Math.log1p(Math.exp(-m)) : Math.log1p(Math.exp(m));
}

function softmax(row: Float64Array): void {
  // Subtracting the largest margin keeps every exponent at most 0, so nothing overflows.
  const largest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let k = 0; k < row.length; k++) {
    row[k] = Math.exp(row[k]! - largest);
    sum += row[k]!;
  }
  for (let k = 0; k < row.length; k++) row[k] = row[k]! / sum;
}
