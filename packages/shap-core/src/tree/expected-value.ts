import { LEAF, type TreeEnsemble } from "../model/tree-ensemble.js";
import { coverRatio } from "./cover-ratio.js";

/**
 * What the model gives when no feature is known: per output the base value plus, over all leaves, the leaf's value
 * times the product of the cover ratios on its path.
 */
export function expectedValue(model: TreeEnsemble, cover: Float64Array): Float64Array {
  const { treeStart, treeOutput, feature, left, right, values, valueWidth, baseValues } = model.data;
  const expected = Float64Array.from(baseValues);
  const weight = new Float64Array(model.nodeCount);
  for (let tree = 0; tree < model.treeCount; tree++) {
    const start = treeStart[tree]!;
    const output = treeOutput[tree]!;
    weight[start] = 1;
    // Preorder: a parent's weight is known before its children's.
    for (let node = start; node < treeStart[tree + 1]!; node++) {
      if (feature[node] === LEAF) {
        if (output >= 0) expected[output]! += weight[node]! * values[node * valueWidth]!;
        else
          for (let k = 0; k < expected.length; k++)
            expected[k]! += weight[node]! * values[node * valueWidth + k]!;
        continue;
      }
      for (const child of [left[node]!, right[node]!]) {
        weight[child] = weight[node]! * coverRatio(cover, child, left[node]! + right[node]! - child);
      }
    }
  }
  return expected;
}
