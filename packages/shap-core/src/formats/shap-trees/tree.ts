import { categorySet } from "../category-set.js";
import type { DocumentNode } from "../document.js";
import { MAX_FEATURES } from "../limits.js";
import { atMostFloat32 } from "../thresholds.js";
import type { SourceNode, SourceTree } from "../tree-builder.js";

/** One element of the dictionary's `trees`. */
export interface ShapTree {
  readonly source: Omit<SourceTree, "output">;
  /** Values a node. */
  readonly outputs: number;
  /** The largest feature index of a split, -1 where there is no split. */
  readonly largestFeature: number;
  /** Where the values stand, for errors. */
  readonly values: DocumentNode;
}

/** @param roundsInput whether rows are rounded to float32 before they are compared */
export function shapTree(tree: DocumentNode, roundsInput: boolean): ShapTree {
  const left = tree.get("children_left").numbers();
  const nodeCount = left.length;
  if (nodeCount === 0) tree.get("children_left").fail("expected at least one node");
  const right = tree.get("children_right").numbers(nodeCount);
  const missing = tree.get("children_default").numbers(nodeCount);
  const featureNode = member(tree, "features", "feature");
  const features = featureNode.numbers(nodeCount);
  const thresholdNode = member(tree, "thresholds", "threshold");
  const thresholds = thresholdNode.numbers(nodeCount);
  const values = member(tree, "values", "value");
  if (values.length !== nodeCount) values.fail(`expected ${nodeCount} values, one a node`);
  const cover = tree.optional("node_sample_weight")?.numbers(nodeCount);
  const categories = tree.optional("categories");
  const outputs = values.at(0).isList() ? values.at(0).length : 1;
  const isLeaf = (id: number) => left[id]! < 0;

  const leafValue = (id: number): ArrayLike<number> | number => {
    const value = values.at(id);
    return value.isList() ? value.numbers(outputs) : value.number();
  };
  const node = (id: number): SourceNode => {
    if (isLeaf(id)) return { kind: "leaf", value: leafValue(id), cover: cover?.[id] };
    if (missing[id] !== left[id] && missing[id] !== right[id])
      tree.get("children_default").at(id).fail("expected one of the node's two children");
    const split = {
      kind: "split",
      feature: features[id]!,
      left: left[id]!,
      right: right[id]!,
      missingLeft: missing[id] === left[id],
      cover: cover?.[id],
    } as const;
    const codes = categories?.at(id);
    if (codes !== undefined && codes.value !== null) return { ...split, categories: categorySet(codes) };
    const threshold = thresholds[id]!;
    if (Number.isNaN(threshold)) thresholdNode.at(id).fail("expected a number");
    return { ...split, threshold: roundsInput ? atMostFloat32(threshold) : threshold };
  };

  let largestFeature = -1;
  for (let id = 0; id < nodeCount; id++) {
    if (isLeaf(id)) continue;
    featureNode.at(id).integer(0, MAX_FEATURES - 1);
    largestFeature = Math.max(largestFeature, features[id]!);
  }
  return { source: { path: tree.path, nodeCount, node }, outputs, largestFeature, values };
}

/** shap's older dictionaries name some members in the singular, as scikit-learn does. */
function member(tree: DocumentNode, name: string, older: string): DocumentNode {
  return tree.optional(name) ?? tree.optional(older) ?? tree.get(name);
}
