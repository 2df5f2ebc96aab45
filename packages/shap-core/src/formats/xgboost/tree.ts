import type { DocumentNode } from "../document.js";
import { lessThanFloat32 } from "../thresholds.js";
import type { SourceNode, TreeBuilder } from "../tree-builder.js";

/** Adds one element of `learner.gradient_booster.model.trees`; its leaves already hold the learning rate. */
export function addTree(builder: TreeBuilder, tree: DocumentNode, output: number): void {
  const left = tree.get("left_children").numbers();
  const nodeCount = left.length;
  const right = tree.get("right_children").numbers(nodeCount);
  const feature = tree.get("split_indices").numbers(nodeCount);
  const condition = tree.get("split_conditions").numbers(nodeCount);
  const defaultLeft = tree.get("default_left").numbers(nodeCount);
  const cover = tree.get("sum_hessian").numbers(nodeCount);
  const splitType = tree.optional("split_type")?.numbers(nodeCount);

  builder.addTree({
    path: tree.path,
    nodeCount,
    output,
    node(id): SourceNode {
      if (left[id] === -1) {
        return { kind: "leaf", value: Math.fround(condition[id]!), cover: cover[id]! };
      }
      if (splitType?.[id] === 1) tree.get("split_type").at(id).fail("expected a numeric split");
      return {
        kind: "split",
        feature: feature[id]!,
        threshold: lessThanFloat32(condition[id]!),
        left: left[id]!,
        right: right[id]!,
        missingLeft: defaultLeft[id] === 1,
        cover: cover[id]!,
      };
    },
  });
}
