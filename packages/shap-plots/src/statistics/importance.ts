import type { Selection } from "../selection.js";

export interface Ranking {
  /** Features to show one by one, the most important first. */
  readonly shown: readonly number[];
  /** Features that share one last place; empty where all are shown, never exactly one. */
  readonly rest: readonly number[];
}

/** The mean absolute contribution of each feature over the rows. */
export function meanAbsolute({ rows, features, values }: Selection): Float64Array {
  const sums = new Float64Array(features);
  for (let r = 0; r < rows; r++) {
    for (let f = 0; f < features; f++) sums[f]! += Math.abs(values[r * features + f]!) / rows;
  }
  return sums;
}

/**
 * The features in order of importance, folded to at most `maxDisplay` places; equals keep the explanation's order.
 * As in Python's shap, where features are left over the last place is their sum.
 */
export function rank(importance: Float64Array, maxDisplay: number): Ranking {
  const order = Array.from(importance, (_, f) => f).sort((a, b) => importance[b]! - importance[a]! || a - b);
  if (order.length <= maxDisplay) return { shown: order, rest: [] };
  return { shown: order.slice(0, maxDisplay - 1), rest: order.slice(maxDisplay - 1) };
}

/** Σ over the features of `rest` of a row's contributions. */
export function restOf({ features, values }: Selection, rest: readonly number[], row: number): number {
  let sum = 0;
  for (const f of rest) sum += values[row * features + f]!;
  return sum;
}
