import type { Matrix } from "../model/matrix.js";
import { LEAF, type TreeEnsemble } from "../model/tree-ensemble.js";
import { gaussLegendre, type QuadratureRule } from "./gauss-legendre.js";
import type { SoftDecisions } from "./soft-decisions.js";

/**
 * Adds the path-dependent Shapley values of one tree to `out` (rows × features × outputs, row-major), row by row.
 *
 * φ_j is the integral of a polynomial of degree d − 1 for d distinct features on the path (see SoftDecisions), so
 * Gauss-Legendre with ceil(d / 2) points is exact, stable in float64 at any depth, and one depth-first pass serves
 * all leaves (Wettenstein, Mitchell & Yu 2026, arXiv 2605.04497, have the idea of quadrature).
 */
export function addTreeByQuadrature(
  model: TreeEnsemble,
  soft: SoftDecisions,
  tree: number,
  rows: Matrix,
  out: Float64Array,
): void {
  const walk = new QuadratureWalk(model, soft, tree);
  const stride = rows.columns * model.outputNames.length;
  for (let r = 0; r < rows.rows; r++) walk.addRow(rows.data, r * rows.columns, out, r * stride);
}

/** The rule that integrates a tree's values exactly. */
export function ruleFor(distinctFeatures: number): QuadratureRule {
  return gaussLegendre(Math.max(1, Math.ceil(distinctFeatures / 2)));
}

class QuadratureWalk {
  private readonly rule: QuadratureRule;
  private readonly points: number;
  /** Leaf values a leaf of this tree has: 1, or one an output. */
  private readonly width: number;
  private readonly firstOutput: number;
  /** C of the node visited at each level: levels × points. */
  private readonly reach: Float64Array;
  /** H of the children of each level: levels × 2 × width × points. */
  private readonly expected: Float64Array;
  /** Per feature, whether the row met all conditions on the path so far. */
  private readonly hot: Uint8Array;
  private data: Float64Array = new Float64Array(0);
  private offset = 0;
  private out: Float64Array = new Float64Array(0);
  private outOffset = 0;

  constructor(
    private readonly model: TreeEnsemble,
    private readonly soft: SoftDecisions,
    private readonly tree: number,
  ) {
    this.rule = ruleFor(soft.distinctFeatures[tree]!);
    this.points = this.rule.nodes.length;
    const output = model.data.treeOutput[tree]!;
    this.width = output >= 0 ? 1 : model.outputNames.length;
    this.firstOutput = Math.max(0, output);
    const levels = soft.depth[tree]! + 1;
    this.reach = new Float64Array(levels * this.points);
    this.expected = new Float64Array(levels * 2 * this.width * this.points);
    this.hot = new Uint8Array(model.featureNames.length).fill(1);
  }

  addRow(data: Float64Array, offset: number, out: Float64Array, outOffset: number): void {
    this.data = data;
    this.offset = offset;
    this.out = out;
    this.outOffset = outOffset;
    this.reach.set(this.rule.weights);
    this.visit(this.model.data.treeStart[this.tree]!, 0, 0);
  }

  /** Leaves H of the node in the half `side` of its level of `expected`. */
  private visit(node: number, level: number, side: number): void {
    const { feature, left, right, values, valueWidth } = this.model.data;
    const { points, width, expected, reach, hot } = this;
    const at = (2 * level + side) * width * points;
    const j = feature[node]!;
    if (j === LEAF) {
      for (let k = 0; k < width; k++) {
        expected.fill(values[node * valueWidth + k]!, at + k * points, at + (k + 1) * points);
      }
      return;
    }
    const goesLeft = this.model.goesLeft(node, this.data[this.offset + j]!) ? 1 : 0;
    const hotBefore = hot[j]!;
    const here = level * points;
    const below = here + points;

    // C is kept for this node: the walk of the left child overwrites only deeper levels.
    for (let q = 0; q < points; q++)
      reach[below + q] = reach[here + q]! * this.leftShare(node, hotBefore, goesLeft, q);
    hot[j] = hotBefore & goesLeft;
    this.visit(left[node]!, level + 1, 0);
    for (let q = 0; q < points; q++) {
      reach[below + q] = reach[here + q]! * (1 - this.leftShare(node, hotBefore, goesLeft, q));
    }
    hot[j] = hotBefore & (1 - goesLeft);
    this.visit(right[node]!, level + 1, 1);
    hot[j] = hotBefore;

    const leftAt = 2 * (level + 1) * width * points;
    const rightAt = leftAt + width * points;
    for (let k = 0; k < width; k++) {
      let phi = 0;
      for (let q = 0; q < points; q++) {
        const share = this.leftShare(node, hotBefore, goesLeft, q);
        const difference = expected[leftAt + k * points + q]! - expected[rightAt + k * points + q]!;
        expected[at + k * points + q] = expected[rightAt + k * points + q]! + share * difference;
        phi += reach[here + q]! * this.effect(node, hotBefore, goesLeft, q) * difference;
      }
      this.out[this.outOffset + j * this.model.outputNames.length + this.firstOutput + k]! += phi;
    }
  }

  /** a(t_q) of SoftDecisions. */
  private leftShare(node: number, hotBefore: number, goesLeft: number, q: number): number {
    const ratio = this.soft.leftRatio[node]!;
    if (hotBefore === 0) return ratio;
    const t = this.rule.nodes[q]!;
    const cold = this.soft.coldBefore[node]! * (1 - t);
    return (goesLeft * t + cold * ratio) / (t + cold);
  }

  /** e(t_q) of SoftDecisions. */
  private effect(node: number, hotBefore: number, goesLeft: number, q: number): number {
    if (hotBefore === 0) return 0;
    const t = this.rule.nodes[q]!;
    const cold = this.soft.coldBefore[node]!;
    const before = t + cold * (1 - t);
    return ((goesLeft - this.soft.leftRatio[node]!) * cold) / (before * before);
  }
}
