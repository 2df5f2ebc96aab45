import type { DocumentNode } from "../document.js";
import { listNodes, type NestedTree } from "../nested-tree.js";
import type { SourceNode, TreeBuilder } from "../tree-builder.js";
import type { TreeContext } from "./symmetric-tree.js";

/** Adds a tree grown with `grow_policy` Depthwise or Lossguide: splits with `left` (false) and `right` (true). */
export function addNestedTree(builder: TreeBuilder, tree: DocumentNode, context: TreeContext): void {
  const { outputs, scale, splits } = context;
  const nested = listNodes(tree, (node) =>
    node.optional("split") === undefined ? undefined : [node.get("left"), node.get("right")],
  );
  const weights = subtreeWeights(nested);
  builder.addTree({
    path: tree.path,
    nodeCount: nested.nodes.length,
    output: outputs === 1 ? 0 : -1,
    node(id): SourceNode {
      const node = nested.nodes[id]!;
      const cover = weights?.[id];
      if (nested.left[id] === -1) {
        const value = node.get("value");
        const values = value.isList()
          ? value.numbers(outputs)
          : outputs === 1
            ? [value.number()]
            : value.numbers();
        return { kind: "leaf", value: Array.from(values, (part) => part * scale), cover };
      }
      const { leftIsTrue, ...test } = splits(node.get("split"));
      const [whenFalse, whenTrue] = [nested.left[id]!, nested.right[id]!];
      const [left, right] = leftIsTrue ? [whenTrue, whenFalse] : [whenFalse, whenTrue];
      return { kind: "split", ...test, left, right, cover };
    },
  });
}

/** Only leaves tell their weight; a split's is the sum of its leaves'. */
function subtreeWeights({ nodes, left, right }: NestedTree): Float64Array | undefined {
  const weights = new Float64Array(nodes.length);
  // Children stand after their parent.
  for (let id = nodes.length - 1; id >= 0; id--) {
    if (left[id] !== -1) weights[id] = weights[left[id]!]! + weights[right[id]!]!;
    else {
      const weight = nodes[id]!.optional("weight");
      if (weight === undefined) return undefined;
      weights[id] = weight.number();
    }
  }
  return weights;
}
