import type { Matrix } from "../model/matrix.js";
import { LEAF, type TreeEnsemble } from "../model/tree-ensemble.js";
import { coverRatio } from "./cover-ratio.js";

/**
 * Saabas's values (2014; shap's `approximate=True`): each split on the row's way gets the change of the expected
 * output it brings. Cheap, additive, but no Shapley values: features near the root get too little.
 * @returns rows × features × outputs, row-major
 */
export function saabasValues(model: TreeEnsemble, cover: Float64Array, rows: Matrix): Float64Array {
  const { treeStart, treeOutput, feature, left, right, valueWidth } = model.data;
  const outputs = model.outputNames.length;
  const means = nodeMeans(model, cover);
  const result = new Float64Array(rows.rows * rows.columns * outputs);
  for (let tree = 0; tree < model.treeCount; tree++) {
    const first = Math.max(0, treeOutput[tree]!);
    const width = treeOutput[tree]! >= 0 ? 1 : outputs;
    for (let r = 0; r < rows.rows; r++) {
      let node = treeStart[tree]!;
      while (feature[node] !== LEAF) {
        const j = feature[node]!;
        const child = model.goesLeft(node, rows.data[r * rows.columns + j]!) ? left[node]! : right[node]!;
        const cell = (r * rows.columns + j) * outputs + first;
        for (let k = 0; k < width; k++) {
          result[cell + k]! += means[child * valueWidth + k]! - means[node * valueWidth + k]!;
        }
        node = child;
      }
    }
  }
  return result;
}

/** The cover-weighted mean of the leaves below every node: nodes × valueWidth. */
function nodeMeans(model: TreeEnsemble, cover: Float64Array): Float64Array {
  const { feature, left, right, values, valueWidth } = model.data;
  const means = Float64Array.from(values);
  // Preorder: from the end, both children are done before their parent.
  for (let node = model.nodeCount - 1; node >= 0; node--) {
    if (feature[node] === LEAF) continue;
    for (const child of [left[node]!, right[node]!]) {
      const share = coverRatio(cover, child, left[node]! + right[node]! - child);
      for (let k = 0; k < valueWidth; k++) {
        means[node * valueWidth + k]! += share * means[child * valueWidth + k]!;
      }
    }
  }
  return means;
}
