import { categoryBits } from "../category-set.js";
import type { DocumentNode } from "../document.js";
import { lessThanFloat32 } from "../thresholds.js";
import type { SourceNode, TreeBuilder } from "../tree-builder.js";
import { splitCategories } from "./tree-categories.js";

export interface TreePlace {
  /** The output its leaves add to; -1 for vector leaves. */
  readonly output: number;
  /** Values a leaf. */
  readonly width: number;
  /** What its leaf values are multiplied with (dart). */
  readonly weight: number;
}

/** How many values a leaf of the tree holds: 1, or one an output (`multi_strategy=multi_output_tree`). */
export function leafWidth(tree: DocumentNode, outputs: number): number {
  const size = tree.optional("tree_param")?.optional("size_leaf_vector");
  const width = Math.max(1, size?.integer(0, 2 ** 31) ?? 1);
  if (width !== 1 && width !== outputs) size!.fail(`expected 1 or ${outputs}, the number of outputs`);
  return width;
}

/** Adds one element of `learner.gradient_booster.model.trees`; its leaves already hold the learning rate. */
export function addTree(builder: TreeBuilder, tree: DocumentNode, place: TreePlace): void {
  const left = tree.get("left_children").numbers();
  const nodeCount = left.length;
  const right = tree.get("right_children").numbers(nodeCount);
  const feature = tree.get("split_indices").numbers(nodeCount);
  const condition = tree.get("split_conditions").numbers(nodeCount);
  const defaultLeft = tree.get("default_left").numbers(nodeCount);
  // Vector-leaf trees of XGBoost 2.0 to 3.1 have none.
  const cover = tree.optional("sum_hessian")?.numbers(nodeCount);
  const splitType = tree.optional("split_type")?.numbers(nodeCount);
  const categories = splitCategories(tree, nodeCount);
  if (leafWidth(tree, place.width) !== place.width)
    tree.fail(`expected leaves of ${place.width} values, as in the first tree`);
  const leafValue =
    place.width === 1 ? scalarLeaf(condition) : vectorLeaf(tree, nodeCount, right, place.width);

  builder.addTree({
    path: tree.path,
    nodeCount,
    output: place.output,
    node(id): SourceNode {
      const weight = cover === undefined ? undefined : Math.fround(cover[id]!);
      if (left[id] === -1) {
        const value = leafValue(id);
        const scaled =
          typeof value === "number" ? value * place.weight : value.map((part) => part * place.weight);
        return { kind: "leaf", value: scaled, cover: weight };
      }
      const missingLeft = defaultLeft[id] === 1;
      if (splitType?.[id] === 1) {
        // XGBoost sends the set to the right and all else, unknown codes too, to the left; here a set goes left.
        return {
          kind: "split",
          feature: feature[id]!,
          categories: categoryBits(
            categories.get(id) ?? tree.fail(`node ${id} is missing in categories_nodes`),
            tree,
          ),
          left: right[id]!,
          right: left[id]!,
          missingLeft: !missingLeft,
          cover: weight,
        };
      }
      return {
        kind: "split",
        feature: feature[id]!,
        threshold: lessThanFloat32(condition[id]!),
        left: left[id]!,
        right: right[id]!,
        missingLeft,
        cover: weight,
      };
    },
  });
}

const scalarLeaf = (condition: ArrayLike<number>) => (id: number) => Math.fround(condition[id]!);

/**
 * Since 3.2 `leaf_weights` holds the leaves one after the other and a leaf's `right_children` says which it is;
 * before, `base_weights` holds a vector a node.
 */
function vectorLeaf(
  tree: DocumentNode,
  nodeCount: number,
  right: ArrayLike<number>,
  width: number,
): (id: number) => number[] {
  const leafNode = tree.optional("leaf_weights");
  const leaves = leafNode?.numbers();
  const weights = leaves ?? tree.get("base_weights").numbers(nodeCount * width);
  return (id) => {
    const start = (leaves === undefined ? id : right[id]!) * width;
    if (!Number.isInteger(start) || start < 0 || start + width > weights.length)
      (leafNode ?? tree).fail(`node ${id}: expected a leaf from 0 to ${weights.length / width - 1}`);
    return Array.from({ length: width }, (_, k) => Math.fround(weights[start + k]!));
  };
}
