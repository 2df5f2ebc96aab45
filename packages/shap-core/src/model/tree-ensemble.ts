import type { Matrix } from "./matrix.js";
import type { ModelSource, Predictions, PredictOptions, Predictor } from "./model.js";
import { applyTransform, type OutputTransform } from "./output-transform.js";
import { type Refusal, type Rows, toMatrix } from "./rows.js";

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

export class TreeEnsemble implements Predictor {
  readonly kind = "tree-ensemble";
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly categories: readonly (readonly string[] | undefined)[] | undefined;
  readonly numbersAreNames: boolean | undefined;
  readonly unseenIsMissing: boolean | undefined;
  readonly refusals: readonly (Refusal | undefined)[] | undefined;
  readonly source: ModelSource;
  readonly transform: OutputTransform;

  /** Readers build `data` with the TreeBuilder, which checks that every tree is one. */
  constructor(readonly data: TreeEnsembleData) {
    this.featureNames = data.featureNames;
    this.outputNames = data.outputNames;
    this.categories = data.categories;
    this.numbersAreNames = data.numbersAreNames;
    this.unseenIsMissing = data.unseenIsMissing;
    this.refusals = data.refusals;
    this.source = data.source;
    this.transform = data.transform;
  }

  get treeCount(): number {
    return this.data.treeStart.length - 1;
  }

  get nodeCount(): number {
    return this.data.feature.length;
  }

  predict(rows: Rows, options: PredictOptions = {}): Predictions {
    const matrix = toMatrix(rows, this);
    const outputs = this.outputNames.length;
    const values = this.rawOutputs(matrix);
    if (options.output === "probability") applyTransform(this.transform, values, outputs);
    return { values, rows: matrix.rows, outputs };
  }

  private rawOutputs(matrix: Matrix): Float64Array {
    const { treeOutput, values, valueWidth, baseValues, linearLeaves } = this.data;
    const outputs = this.outputNames.length;
    const raw = new Float64Array(matrix.rows * outputs);
    for (let r = 0; r < matrix.rows; r++) raw.set(baseValues, r * outputs);
    for (let tree = 0; tree < this.treeCount; tree++) {
      const output = treeOutput[tree]!;
      for (let r = 0; r < matrix.rows; r++) {
        const leaf = this.leafOf(tree, matrix.data, r * matrix.columns);
        if (linearLeaves !== undefined) {
          raw[r * outputs + output]! += this.linearLeafValue(
            linearLeaves,
            leaf,
            matrix.data,
            r * matrix.columns,
          );
        } else if (output >= 0) raw[r * outputs + output]! += values[leaf * valueWidth]!;
        else for (let k = 0; k < outputs; k++) raw[r * outputs + k]! += values[leaf * valueWidth + k]!;
      }
    }
    return raw;
  }

  private linearLeafValue(linear: LinearLeaves, leaf: number, data: Float64Array, offset: number): number {
    let sum = linear.constants[leaf]!;
    for (let i = linear.start[leaf]!; i < linear.start[leaf + 1]!; i++) {
      const x = data[offset + linear.features[i]!]!;
      if (Number.isNaN(x)) return this.data.values[leaf]!;
      sum += linear.coefficients[i]! * x;
    }
    return sum;
  }

  /** The leaf that the row beginning at `data[offset]` reaches in a tree. */
  leafOf(tree: number, data: Float64Array, offset: number): number {
    const { feature, left, right } = this.data;
    let node = this.data.treeStart[tree]!;
    while (feature[node] !== LEAF) {
      node = this.goesLeft(node, data[offset + feature[node]!]!) ? left[node]! : right[node]!;
    }
    return node;
  }

  /** Whether a split sends the value `x` of its feature to the left. */
  goesLeft(node: number, x: number): boolean {
    const { flags, threshold } = this.data;
    const flag = flags[node]!;
    const missing = Number.isNaN(x) || ((flag & ZERO_IS_MISSING) !== 0 && Math.abs(x) <= ZERO_THRESHOLD);
    if (missing) return (flag & MISSING_LEFT) !== 0;
    if ((flag & CATEGORICAL) !== 0) return this.isInCategorySet(this.data.categorySet[node]!, x);
    return x <= threshold[node]!;
  }

  private isInCategorySet(set: number, x: number): boolean {
    if (x < 0) return false;
    const code = Math.trunc(x);
    const { categoryStart, categoryWords } = this.data;
    const start = categoryStart[set]!;
    // Codes can be larger than 2^31: compare before any bit operation wraps them round.
    if (code >= (categoryStart[set + 1]! - start) * 32) return false;
    return ((categoryWords[start + (code >>> 5)]! >>> (code & 31)) & 1) === 1;
  }
}
