import type { Matrix } from "../model/matrix.js";
import { LEAF, type TreeEnsemble } from "../model/tree-ensemble.js";

/** How many background rows reach each node: covers for `tree_path_dependent` where the user gives a background. */
export function backgroundCover(model: TreeEnsemble, background: Matrix): Float64Array {
  const { treeStart, feature, left, right } = model.data;
  const cover = new Float64Array(model.nodeCount);
  for (let tree = 0; tree < model.treeCount; tree++) {
    for (let r = 0; r < background.rows; r++) {
      let node = treeStart[tree]!;
      cover[node]!++;
      while (feature[node] !== LEAF) {
        const x = background.data[r * background.columns + feature[node]!]!;
        node = model.goesLeft(node, x) ? left[node]! : right[node]!;
        cover[node]!++;
      }
    }
  }
  return cover;
}
