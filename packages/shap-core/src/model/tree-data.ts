import type { ModelSource } from "./model.js";
import type { OutputTransform } from "./output-transform.js";
import type { Refusal } from "./rows.js";

/** `feature` of a leaf. */
export const LEAF = -1;

/** Bits of `flags`. */
export const MISSING_LEFT = 1;
/** The split asks for membership in a category set instead of comparing with a threshold. */
export const CATEGORICAL = 2;
/** |x| ≤ 1e-35 counts as missing too (LightGBM's `zero_as_missing`). */
export const ZERO_IS_MISSING = 4;

/** LightGBM's kZeroThreshold, a float32 constant. */
export const ZERO_THRESHOLD = Math.fround(1e-35);

/**
 * Every forest and boosted ensemble in one neutral form, as flat arrays over the nodes of all trees.
 *
 * Nodes of a tree stand in preorder: tree t is nodes `treeStart[t]` to `treeStart[t + 1] - 1`, its root first,
 * and a split's left child is the node after it. All tests have one meaning whatever library wrote the model:
 *
 * - missing (NaN, or near zero where flagged): left if MISSING_LEFT, else right
 * - numeric: left if `x <= threshold` in float64 (a NaN threshold sends every present value right)
 * - categorical: left if trunc(x) is in the node's category set; negative and unknown codes are in no set
 *
 * Raw output k = baseValues[k] + Σ over trees of the reached leaf's value for k.
 */
export interface TreeEnsembleData {
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly categories?: readonly (readonly string[] | undefined)[] | undefined;
  /** A number given for a categorical feature is a category's name; see RowSchema. */
  readonly numbersAreNames?: boolean | undefined;
  /** An unknown category's name is a missing value; see RowSchema. */
  readonly unseenIsMissing?: boolean | undefined;
  /** Values for which the model has no prediction, column by column; see RowSchema. */
  readonly refusals?: readonly (Refusal | undefined)[] | undefined;
  /** Every tree asks one test a level (CatBoost's symmetric trees). Unknown where undefined. */
  readonly symmetric?: boolean | undefined;
  /** trees + 1 entries. */
  readonly treeStart: Int32Array;
  /** The output each tree adds to; -1 where its leaves hold one value an output. One entry a tree. */
  readonly treeOutput: Int32Array;
  /** The split's feature, LEAF at a leaf. One entry a node, as are the next five. */
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly flags: Uint8Array;
  /** Which category set a categorical split asks, else -1. */
  readonly categorySet: Int32Array;
  /** Set s is the bits of `categoryWords[categoryStart[s]]` up to `categoryStart[s + 1]`, lowest bit first. */
  readonly categoryStart: Int32Array;
  readonly categoryWords: Uint32Array;
  /** Training weight that reached each node; undefined where the file does not tell. */
  readonly cover: Float64Array | undefined;
  /** nodes × valueWidth, learning rate and weights applied; 0 at splits. */
  readonly values: Float64Array;
  /** 1, or the number of outputs where any tree's leaves hold a vector. */
  readonly valueWidth: number;
  /** Where leaves hold a linear model instead of a value (LightGBM's `linear_tree`). */
  readonly linearLeaves?: LinearLeaves | undefined;
  readonly baseValues: Float64Array;
  readonly transform: OutputTransform;
  readonly source: ModelSource;
}

/**
 * Leaf n gives constants[n] + Σ coefficients[i] · x[features[i]] for i from start[n] to start[n + 1] − 1; where one of
 * these x is missing, the leaf's value instead.
 */
export interface LinearLeaves {
  /** nodes + 1 entries. */
  readonly start: Int32Array;
  readonly features: Int32Array;
  readonly coefficients: Float64Array;
  /** One a node. */
  readonly constants: Float64Array;
}
