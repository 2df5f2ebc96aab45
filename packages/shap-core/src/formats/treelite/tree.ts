import { UnsupportedModelError } from "../../errors.js";
import { categorySet } from "../category-set.js";
import type { DocumentNode } from "../document.js";
import { MAX_FEATURES } from "../limits.js";
import { atMostFloat32, lessThanFloat32, lessThanFloat64 } from "../thresholds.js";
import type { SourceNode, SourceTree } from "../tree-builder.js";

/**
 * One element of a Treelite dump's `trees`.
 * @param roundsInput whether rows are rounded to float32 before they are compared
 * @param leafValue a node's leaf_value as it adds to the outputs
 */
export function treeliteTree(
  tree: DocumentNode,
  roundsInput: boolean,
  leafValue: (leaf: DocumentNode) => number | Float64Array,
): Omit<SourceTree, "output"> {
  const nodes = tree.get("nodes");
  const nodeCount = nodes.length;
  if (nodeCount === 0) nodes.fail("expected at least one node");
  // One kind of cover for the whole tree: hessians and counts do not mix.
  const coverKey = nodes.at(0).optional("sum_hess") === undefined ? "data_count" : "sum_hess";
  const node = (id: number): SourceNode => {
    const source = nodes.at(id);
    if (source.get("node_id").value !== id) source.get("node_id").fail(`expected ${id}`);
    const cover = source.optional(coverKey)?.number();
    const leaf = source.optional("leaf_value");
    if (leaf !== undefined) return { kind: "leaf", value: leafValue(leaf), cover };
    const split = {
      feature: source.get("split_feature_id").integer(0, MAX_FEATURES - 1),
      left: source.get("left_child").integer(0, nodeCount - 1),
      right: source.get("right_child").integer(0, nodeCount - 1),
      missingLeft: source.get("default_left").value === true,
      cover,
    };
    return source.get("node_type").value === "categorical_test_node"
      ? categoricalSplit(source, split)
      : numericSplit(source, split, roundsInput);
  };
  return { path: tree.path, nodeCount, node };
}

interface Split {
  readonly feature: number;
  readonly left: number;
  readonly right: number;
  readonly missingLeft: boolean;
  readonly cover: number | undefined;
}

function swapped(split: Split): Split {
  return { ...split, left: split.right, right: split.left, missingLeft: !split.missingLeft };
}

function numericSplit(source: DocumentNode, split: Split, roundsInput: boolean): SourceNode {
  const threshold = source.get("threshold").number();
  const atMost = roundsInput ? atMostFloat32(threshold) : threshold;
  const lessThan = roundsInput ? lessThanFloat32(threshold) : lessThanFloat64(threshold);
  const operator = source.get("comparison_op");
  switch (operator.value) {
    case "<=":
      return { kind: "split", ...split, threshold: atMost };
    case "<":
      return { kind: "split", ...split, threshold: lessThan };
    case ">":
      return { kind: "split", ...swapped(split), threshold: atMost };
    case ">=":
      return { kind: "split", ...swapped(split), threshold: lessThan };
    case "==":
      throw new UnsupportedModelError(
        `${operator.path}: a test for equality is not read`,
        "Split on an ordered comparison or on categories",
      );
    default:
      return operator.fail("expected one of <, <=, > and >=");
  }
}

/** Treelite sends the listed categories to the right child where `category_list_right_child`, else to the left. */
function categoricalSplit(source: DocumentNode, split: Split): SourceNode {
  const listedGoRight = source.get("category_list_right_child").value === true;
  return {
    kind: "split",
    ...(listedGoRight ? swapped(split) : split),
    categories: categorySet(source.get("category_list")),
  };
}
