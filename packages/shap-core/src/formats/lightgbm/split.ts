import type { SourceSplit } from "../tree-builder.js";

export type MissingType = "None" | "Zero" | "NaN";

/**
 * The test of a numeric split, `x <= threshold`, and where a missing value goes (LightGBM's tree.h,
 * NumericalDecision): `None` takes NaN for 0; `Zero` sends NaN and |x| ≤ 1e-35 the default way; `NaN` sends NaN so.
 */
export function numericTest(
  threshold: number,
  missingType: MissingType,
  defaultLeft: boolean,
): Pick<SourceSplit, "threshold" | "missingLeft" | "zeroIsMissing"> {
  if (missingType === "None") return { threshold, missingLeft: 0 <= threshold };
  return { threshold, missingLeft: defaultLeft, zeroIsMissing: missingType === "Zero" };
}

/** A categorical split: the set goes left; NaN, negative and unknown codes go right whatever the default. */
export function categoricalTest(categories: Uint32Array): Pick<SourceSplit, "categories" | "missingLeft"> {
  return { categories, missingLeft: false };
}
