import { ShapeError } from "shap-core";
import type { Selection } from "../selection.js";

/** `similarity`: rows with like reasons side by side; `output`: by the model's output; `given`: as in the explanation. */
export type RowOrder = "similarity" | "output" | "given";

const orders: readonly RowOrder[] = ["similarity", "output", "given"];

/**
 * The rows of a selection in the order they are drawn from left to right.
 * @throws ShapeError where there is no such order
 */
export function orderRows(selection: Selection, order: RowOrder): Uint32Array {
  if (!orders.includes(order)) {
    throw new ShapeError(`order must be ${orders.join(", ")}; got ${JSON.stringify(order)}`);
  }
  const rows = Uint32Array.from({ length: selection.rows }, (_, r) => r);
  if (order === "output") return rows.sort((a, b) => selection.outputs[a]! - selection.outputs[b]! || a - b);
  return order === "similarity" ? bySimilarity(selection, rows) : rows;
}

/** So many rows tell a direction as well as thousands. */
const ENOUGH = 400;
/** Groups of fewer rows than this, or than a share too narrow to see, are not cut further. */
const SMALL = 4;
const NARROW = 1 / 500;
const DEEPEST = 14;
const POWER_STEPS = 8;

/**
 * Principal direction divisive partitioning (Boley, Data Mining and Knowledge Discovery 2, 1998): cut the rows in two
 * across the direction in which their contributions vary most, and each part again. Ordering by it takes
 * O(rows · features · log rows) where hierarchical clustering takes the square of rows.
 */
function bySimilarity({ features, values }: Selection, rows: Uint32Array): Uint32Array {
  const along = new Float64Array(rows.length);
  arrange(rows, new Float64Array(features), 0);
  return rows;

  function arrange(part: Uint32Array, towards: Float64Array, depth: number): void {
    if (part.length < 2) return;
    const mean = meanRow(part);
    const direction = principalDirection(spread(part, ENOUGH), mean);
    // Parts keep the sense of the whole, so that neighbours at a cut are alike.
    if (dot(direction, towards) < 0) for (let f = 0; f < features; f++) direction[f]! *= -1;
    for (const r of part) along[r] = project(r, mean, direction);
    part.sort((a, b) => along[a]! - along[b]! || a - b);
    if (part.length <= Math.max(SMALL, rows.length * NARROW) || depth === DEEPEST) return;
    const middle = clearestCut(Float64Array.from(part, (r) => along[r]!));
    if (middle === 0) return;
    arrange(part.subarray(0, middle), direction, depth + 1);
    arrange(part.subarray(middle), direction, depth + 1);
  }

  function meanRow(part: Uint32Array): Float64Array {
    const mean = new Float64Array(features);
    for (const r of part)
      for (let f = 0; f < features; f++) mean[f]! += values[r * features + f]! / part.length;
    return mean;
  }

  /** Power iteration on the covariance, begun along the feature that varies most. */
  function principalDirection(part: Uint32Array, mean: Float64Array): Float64Array {
    const variance = new Float64Array(features);
    for (const r of part) {
      for (let f = 0; f < features; f++) variance[f]! += (values[r * features + f]! - mean[f]!) ** 2;
    }
    let direction = new Float64Array(features);
    direction[variance.indexOf(Math.max(...variance))] = 1;
    for (let step = 0; step < POWER_STEPS; step++) {
      const next = new Float64Array(features);
      for (const r of part) {
        const along = project(r, mean, direction);
        for (let f = 0; f < features; f++) next[f]! += along * (values[r * features + f]! - mean[f]!);
      }
      const length = Math.sqrt(dot(next, next));
      if (!(length > 0)) return direction;
      direction = next.map((part) => part / length);
    }
    return direction;
  }

  function project(r: number, mean: Float64Array, direction: Float64Array): number {
    let sum = 0;
    for (let f = 0; f < features; f++) sum += (values[r * features + f]! - mean[f]!) * direction[f]!;
    return sum;
  }
}

/** At most `most` of the rows, evenly spread. */
function spread(rows: Uint32Array, most: number): Uint32Array {
  if (rows.length <= most) return rows;
  return Uint32Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)]!);
}

/**
 * Where to cut sorted numbers in two so that the halves' means lie furthest apart for their sizes (the largest
 * variance between classes: Otsu, IEEE Trans. SMC 9, 1979); 0 where all are equal. The numbers' mean is 0.
 */
function clearestCut(sorted: Float64Array): number {
  let [best, bestVariance] = [0, 0];
  let sum = 0;
  for (let cut = 1; cut < sorted.length; cut++) {
    sum += sorted[cut - 1]!;
    const variance = (sum * sum) / (cut * (sorted.length - cut));
    if (variance > bestVariance * (1 + 1e-9) && sorted[cut]! > sorted[cut - 1]!)
      [best, bestVariance] = [cut, variance];
  }
  return best;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let f = 0; f < a.length; f++) sum += a[f]! * b[f]!;
  return sum;
}
