import { LEAF, type TreeEnsemble } from "../model/tree-ensemble.js";
import { coverRatio } from "./cover-ratio.js";

/**
 * Every tree of a model as soft decisions, the form in which path-dependent Shapley values are cheap.
 *
 * Let each feature be known with probability t. A row then goes left at a node with a probability a(t): where the
 * feature is new on the path, a = t·[row goes left] + (1 − t)·ρ for the cover ratio ρ of the left child. The expected
 * output f(t) of the tree is Owen's multilinear extension, and φ_j = ∫₀¹ ∂f/∂t_j dt (Owen 1972). With C the
 * probability to get to a node and H the expected output from there,
 *
 *   C_left = a C,  C_right = C − C_left,  H = H_right + a (H_left − H_right),  φ_j += ∫ C e (H_left − H_right) dt
 *
 * with e = [row goes left] − ρ. Where the feature stood on the path before, let c0 be the product of the cover ratios
 * of its earlier conditions. If the row met them all, the feature is known here with the odds t : c0 (1 − t), so with
 * g0 = t + c0 (1 − t)
 *
 *   a = ([row goes left] t + c0 ρ (1 − t)) / g0,  e = ([row goes left] − ρ) c0 / g0²
 *
 * and if it failed one, the node is reached only where the feature is unknown: a = ρ, e = 0.
 */
export interface SoftDecisions {
  /** ρ: the share of the node's cover that went left. One entry a node of the model, as are the next two. */
  readonly leftRatio: Float64Array;
  /** c0: the product of the cover ratios of the feature's earlier conditions on the path; 1 where there are none. */
  readonly coldBefore: Float64Array;
  /** The closest ancestor that splits on the same feature, as `2 · node + (1 if the path goes right there)`; else -1. */
  readonly earlier: Int32Array;
  /** The largest number of distinct features on a path of each tree. */
  readonly distinctFeatures: Int32Array;
  /** The largest number of splits on a path of each tree. */
  readonly depth: Int32Array;
}

export function softDecisions(model: TreeEnsemble, cover: Float64Array | undefined): SoftDecisions {
  const { treeStart, feature, left, right } = model.data;
  const leftRatio = new Float64Array(model.nodeCount);
  const coldBefore = new Float64Array(model.nodeCount).fill(1);
  const earlier = new Int32Array(model.nodeCount).fill(-1);
  const distinctFeatures = new Int32Array(model.treeCount);
  const depth = new Int32Array(model.treeCount);

  const lastEdge = new Int32Array(model.featureNames.length).fill(-1);
  const cold = new Float64Array(model.featureNames.length).fill(1);
  for (let tree = 0; tree < model.treeCount; tree++) {
    let distinct = 0;
    const visit = (node: number, level: number): void => {
      const j = feature[node]!;
      if (j === LEAF) {
        distinctFeatures[tree] = Math.max(distinctFeatures[tree]!, distinct);
        depth[tree] = Math.max(depth[tree]!, level);
        return;
      }
      const [edgeBefore, before] = [lastEdge[j]!, cold[j]!];
      const ratio = cover === undefined ? 0.5 : coverRatio(cover, left[node]!, right[node]!);
      leftRatio[node] = ratio;
      coldBefore[node] = before;
      earlier[node] = edgeBefore;
      if (edgeBefore < 0) distinct++;
      lastEdge[j] = 2 * node;
      cold[j] = before * ratio;
      visit(left[node]!, level + 1);
      lastEdge[j] = 2 * node + 1;
      cold[j] = before * (1 - ratio);
      visit(right[node]!, level + 1);
      if (edgeBefore < 0) distinct--;
      lastEdge[j] = edgeBefore;
      cold[j] = before;
    };
    visit(treeStart[tree]!, 0);
  }
  return { leftRatio, coldBefore, earlier, distinctFeatures, depth };
}
