import type { Matrix } from "../model/matrix.js";
import { LEAF, type TreeEnsemble } from "../model/tree-ensemble.js";
import { coverRatio } from "./cover-ratio.js";
import { pairCell, pairCount } from "./interactions.js";
import { ruleFor } from "./quadrature.js";
import type { SoftDecisions } from "./soft-decisions.js";

/**
 * Adds the path-dependent interactions of one tree to `out` (rows × pairs × outputs, row-major, pairs in the
 * order of pairCell), each half of the Shapley interaction index. Leaf by leaf, for i and j on its path,
 *
 *   ½ v (h_i − c_i)(h_j − c_j) ∫₀¹ Π_{k≠i,j} (h_k t + c_k (1 − t)) dt
 *
 * with h_k = 1 where the row meets all of the leaf's conditions on k and c_k the product of their cover ratios.
 */
export function addTreeInteractions(
  model: TreeEnsemble,
  soft: SoftDecisions,
  cover: Float64Array,
  tree: number,
  rows: Matrix,
  out: Float64Array,
): void {
  const { treeStart, treeOutput, feature, left, right, values, valueWidth } = model.data;
  const features = model.featureNames.length;
  const outputs = model.outputNames.length;
  const output = treeOutput[tree]!;
  const width = output >= 0 ? 1 : outputs;
  const { nodes, weights } = ruleFor(soft.distinctFeatures[tree]!);
  const points = nodes.length;

  const hot = new Uint8Array(features).fill(1);
  const cold = new Float64Array(features).fill(1);
  const onPath = new Int32Array(soft.distinctFeatures[tree]!);
  /** Per path feature and point: (h − c) / (h t + c (1 − t)). */
  const effects = new Float64Array(onPath.length * points);

  for (let r = 0; r < rows.rows; r++) {
    const rowAt = r * rows.columns;
    const outAt = r * pairCount(features) * outputs + Math.max(0, output);

    const addLeaf = (node: number, distinct: number): void => {
      for (let i = 0; i < distinct; i++) {
        const j = onPath[i]!;
        const [h, c] = [hot[j]!, cold[j]!];
        for (let q = 0; q < points; q++) {
          effects[i * points + q] = (h - c) / (h * nodes[q]! + c * (1 - nodes[q]!));
        }
      }
      for (let a = 0; a < distinct; a++) {
        for (let b = a + 1; b < distinct; b++) {
          let sum = 0;
          for (let q = 0; q < points; q++) {
            sum += reach(distinct, q) * effects[a * points + q]! * effects[b * points + q]!;
          }
          const cell = outAt + pairCell(onPath[a]!, onPath[b]!) * outputs;
          for (let k = 0; k < width; k++) out[cell + k]! += 0.5 * sum * values[node * valueWidth + k]!;
        }
      }
    };
    /** The weight of point q times Π over the path's features of h t + c (1 − t). */
    const reach = (distinct: number, q: number): number => {
      let product = weights[q]!;
      for (let i = 0; i < distinct; i++) {
        const j = onPath[i]!;
        product *= hot[j]! * nodes[q]! + cold[j]! * (1 - nodes[q]!);
      }
      return product;
    };
    const visit = (node: number, distinctAbove: number): void => {
      const j = feature[node]!;
      if (j === LEAF) {
        addLeaf(node, distinctAbove);
        return;
      }
      const [hotBefore, coldBefore] = [hot[j]!, cold[j]!];
      const goesLeft = model.goesLeft(node, rows.data[rowAt + j]!);
      const distinct = soft.earlier[node]! < 0 ? distinctAbove + 1 : distinctAbove;
      if (distinct > distinctAbove) onPath[distinctAbove] = j;
      for (const child of [left[node]!, right[node]!]) {
        hot[j] = (child === left[node]) === goesLeft ? hotBefore : 0;
        cold[j] = coldBefore * coverRatio(cover, child, left[node]! + right[node]! - child);
        // Neither the row nor any training weight gets there: every leaf below has the factor 0.
        if (hot[j] !== 0 || cold[j] !== 0) visit(child, distinct);
      }
      hot[j] = hotBefore;
      cold[j] = coldBefore;
    };
    visit(treeStart[tree]!, 0);
  }
}
