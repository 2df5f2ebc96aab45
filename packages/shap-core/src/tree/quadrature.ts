import type { Matrix } from "../model/matrix.js";
import { LEAF, type TreeEnsemble } from "../model/tree-ensemble.js";
import { coverRatio } from "./cover-ratio.js";
import { gaussLegendre, type QuadratureRule } from "./gauss-legendre.js";

/**
 * Exact path-dependent Shapley values of a tree ensemble by quadrature (Wettenstein, Mitchell & Yu 2026,
 * arXiv 2605.04497, with the factors of shapiq that cannot overflow).
 *
 * For a leaf of value v, with h_j = 1 where the row meets all of the leaf's conditions on feature j (else 0) and
 * c_j the product of the cover ratios on j:
 *
 *   φ_i = v (h_i − c_i) ∫₀¹ Π_{j≠i} (h_j t + c_j (1 − t)) dt
 *
 * The integrand is a polynomial of degree d − 1 for d distinct features on the path, so Gauss-Legendre with
 * ceil(d / 2) points is exact. One depth-first pass serves all leaves: going down, C holds the product of the
 * factors at every point; coming up, H sums what the leaves below hold.
 */
export class PathDependentQuadrature {
  private readonly rules: QuadratureRule[];

  constructor(
    private readonly model: TreeEnsemble,
    private readonly cover: Float64Array,
  ) {
    this.rules = Array.from({ length: model.treeCount }, (_, tree) =>
      gaussLegendre(Math.max(1, Math.ceil(distinctFeaturesOnPath(model, tree) / 2))),
    );
  }

  /** @returns rows × features × outputs, row-major: the Shapley values of every row */
  explain(rows: Matrix): Float64Array {
    const outputs = this.model.outputNames.length;
    const values = new Float64Array(rows.rows * rows.columns * outputs);
    for (let tree = 0; tree < this.model.treeCount; tree++) {
      const walk = new TreeWalk(this.model, this.cover, tree, this.rules[tree]!);
      for (let r = 0; r < rows.rows; r++) {
        walk.explainRow(rows.data, r * rows.columns, values, r * rows.columns * outputs);
      }
    }
    return values;
  }
}

/** The depth-first pass over one tree for one row at a time. */
class TreeWalk {
  private readonly points: number;
  private readonly width: number;
  /** The factors (h, c) of each feature on the present path; (1, 1) off it. */
  private readonly hot: Float64Array;
  private readonly cold: Float64Array;
  private data: Float64Array = new Float64Array(0);
  private offset = 0;
  private out: Float64Array = new Float64Array(0);
  private outOffset = 0;

  constructor(
    private readonly model: TreeEnsemble,
    private readonly cover: Float64Array,
    private readonly tree: number,
    private readonly rule: QuadratureRule,
  ) {
    this.points = rule.nodes.length;
    this.width = model.data.treeOutput[tree]! >= 0 ? 1 : model.outputNames.length;
    this.hot = new Float64Array(model.featureNames.length).fill(1);
    this.cold = new Float64Array(model.featureNames.length).fill(1);
  }

  explainRow(data: Float64Array, offset: number, out: Float64Array, outOffset: number): void {
    this.data = data;
    this.offset = offset;
    this.out = out;
    this.outOffset = outOffset;
    this.visit(this.model.data.treeStart[this.tree]!, new Float64Array(this.points).fill(1));
  }

  /** @returns H: per point and leaf value, Σ over the leaves below of C · v · weight */
  private visit(node: number, product: Float64Array): Float64Array {
    const { feature, left, right, values, valueWidth } = this.model.data;
    const { points, width } = this;
    const sums = new Float64Array(points * width);
    const j = feature[node]!;
    if (j === LEAF) {
      for (let q = 0; q < points; q++) {
        const weighted = product[q]! * this.rule.weights[q]!;
        for (let k = 0; k < width; k++) sums[q * width + k] = weighted * values[node * valueWidth + k]!;
      }
      return sums;
    }
    const goesLeft = this.model.goesLeft(node, this.data[this.offset + j]!);
    for (const child of [left[node]!, right[node]!]) {
      const followed = (child === left[node]) === goesLeft;
      const below = this.visitChild(node, child, j, followed, product);
      if (below !== undefined) for (let q = 0; q < sums.length; q++) sums[q]! += below[q]!;
    }
    return sums;
  }

  private visitChild(
    node: number,
    child: number,
    j: number,
    followed: boolean,
    product: Float64Array,
  ): Float64Array | undefined {
    const hotBefore = this.hot[j]!;
    const coldBefore = this.cold[j]!;
    const hot = followed ? hotBefore : 0;
    const cold = coldBefore * coverRatio(this.cover, node, child);
    // Neither the row nor any training weight gets here: every leaf below has the factor 0.
    if (hot === 0 && cold === 0) return undefined;
    const { nodes } = this.rule;
    const scaled = new Float64Array(this.points);
    for (let q = 0; q < this.points; q++) {
      const t = nodes[q]!;
      scaled[q] = (product[q]! * (hot * t + cold * (1 - t))) / (hotBefore * t + coldBefore * (1 - t));
    }
    this.hot[j] = hot;
    this.cold[j] = cold;
    const below = this.visit(child, scaled);
    this.hot[j] = hotBefore;
    this.cold[j] = coldBefore;
    this.addContribution(j, below, hot, cold, 1);
    // The feature stood on the path before: what was added for it higher up counted these leaves too.
    if (hotBefore !== 1 || coldBefore !== 1) this.addContribution(j, below, hotBefore, coldBefore, -1);
    return below;
  }

  /** φ_j += sign · (h − c) Σ_q H_q / (h t_q + c (1 − t_q)). */
  private addContribution(j: number, sums: Float64Array, hot: number, cold: number, sign: number): void {
    const { width } = this;
    const output = this.model.data.treeOutput[this.tree]!;
    const outputs = this.model.outputNames.length;
    const base = this.outOffset + j * outputs + Math.max(output, 0);
    for (let q = 0; q < this.points; q++) {
      const t = this.rule.nodes[q]!;
      const factor = (sign * (hot - cold)) / (hot * t + cold * (1 - t));
      for (let k = 0; k < width; k++) this.out[base + k]! += factor * sums[q * width + k]!;
    }
  }
}

/** The largest number of distinct features on a path from a tree's root to a leaf. */
export function distinctFeaturesOnPath(model: TreeEnsemble, tree: number): number {
  const { treeStart, feature, left, right } = model.data;
  const uses = new Int32Array(model.featureNames.length);
  let distinct = 0;
  let largest = 0;
  const visit = (node: number): void => {
    const j = feature[node]!;
    if (j === LEAF) {
      largest = Math.max(largest, distinct);
      return;
    }
    if (uses[j]!++ === 0) distinct++;
    visit(left[node]!);
    visit(right[node]!);
    if (--uses[j]! === 0) distinct--;
  };
  visit(treeStart[tree]!);
  return largest;
}
