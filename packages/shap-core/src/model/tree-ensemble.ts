import { LeafWalk } from "./leaf-walk.js";
import type { Matrix } from "./matrix.js";
import type { ModelSource, Predictions, PredictOptions, Predictor } from "./model.js";
import { applyTransform, type OutputTransform } from "./output-transform.js";
import { type Refusal, type Rows, toMatrix } from "./rows.js";
import {
  CATEGORICAL,
  LEAF,
  type LinearLeaves,
  MISSING_LEFT,
  type TreeEnsembleData,
  ZERO_IS_MISSING,
  ZERO_THRESHOLD,
} from "./tree-data.js";

export * from "./tree-data.js";

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
  private knownWalk: LeafWalk | undefined;

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
    const leaves = new Int32Array(matrix.rows);
    for (let tree = 0; tree < this.treeCount; tree++) {
      this.findLeaves(tree, matrix, leaves);
      const output = treeOutput[tree]!;
      if (linearLeaves !== undefined) this.addLinear(linearLeaves, output, leaves, matrix, raw);
      else if (output < 0) {
        for (let r = 0; r < matrix.rows; r++) {
          const at = leaves[r]! * valueWidth;
          for (let k = 0; k < outputs; k++) raw[r * outputs + k]! += values[at + k]!;
        }
      } else {
        for (let r = 0; r < matrix.rows; r++) raw[r * outputs + output]! += values[leaves[r]! * valueWidth]!;
      }
    }
    return raw;
  }

  /** Writes the leaf each row reaches in a tree, one a row. */
  private findLeaves(tree: number, matrix: Matrix, leaves: Int32Array): void {
    this.knownWalk ??= new LeafWalk(this.data);
    if (this.knownWalk.knows(tree)) this.knownWalk.leaves(tree, matrix, leaves);
    else for (let r = 0; r < matrix.rows; r++) leaves[r] = this.leafOf(tree, matrix.data, r * matrix.columns);
  }

  private addLinear(
    linear: LinearLeaves,
    output: number,
    leaves: Int32Array,
    { data, rows, columns }: Matrix,
    raw: Float64Array,
  ): void {
    const outputs = this.outputNames.length;
    for (let r = 0; r < rows; r++) {
      raw[r * outputs + output]! += this.linearLeafValue(linear, leaves[r]!, data, r * columns);
    }
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
