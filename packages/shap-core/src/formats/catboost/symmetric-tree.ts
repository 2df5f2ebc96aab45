import type { DocumentNode } from "../document.js";
import type { SourceNode, TreeBuilder } from "../tree-builder.js";
import type { SplitReader } from "./split.js";

export interface TreeContext {
  readonly outputs: number;
  /** What every leaf value is multiplied with. */
  readonly scale: number;
  readonly splits: SplitReader;
}

/**
 * Adds a symmetric tree: one split a level. CatBoost's own SHAP values begin at the last split, so that it is the root
 * here; path-dependent values depend on the order.
 *
 * Nodes are numbered as in a heap from 1, false on the left: the leaves then stand in the order of their numbers.
 */
export function addSymmetricTree(builder: TreeBuilder, tree: DocumentNode, context: TreeContext): void {
  const { outputs, scale } = context;
  const levels = (tree.optional("splits")?.items() ?? []).reverse();
  const depth = levels.length;
  const leafValues = tree.get("leaf_values").numbers();
  const leaves = leafValues.length / outputs;
  if (depth > 30 || leaves !== 2 ** depth)
    tree.get("leaf_values").fail(`expected ${outputs} numbers a leaf, 2^${depth} leaves for ${depth} splits`);
  const tests = levels.map(context.splits);
  const weights = heapWeights(tree, leaves);
  builder.addTree({
    path: tree.path,
    nodeCount: 2 * leaves,
    root: 1,
    output: outputs === 1 ? 0 : -1,
    node(id): SourceNode {
      const cover = weights?.[id];
      if (id >= leaves) {
        const start = (id - leaves) * outputs;
        return {
          kind: "leaf",
          value: Array.from({ length: outputs }, (_, k) => leafValues[start + k]! * scale),
          cover,
        };
      }
      const { leftIsTrue, ...test } = tests[Math.floor(Math.log2(id))]!;
      const [left, right] = leftIsTrue ? [2 * id + 1, 2 * id] : [2 * id, 2 * id + 1];
      return { kind: "split", ...test, left, right, cover };
    },
  });
}

/** Every node's weight: a split's is the sum of its leaves'. */
function heapWeights(tree: DocumentNode, leaves: number): Float64Array | undefined {
  const node = tree.optional("leaf_weights");
  if (node === undefined) return undefined;
  const weights = new Float64Array(2 * leaves);
  weights.set(node.numbers(leaves), leaves);
  for (let id = leaves - 1; id >= 1; id--) weights[id] = weights[2 * id]! + weights[2 * id + 1]!;
  return weights;
}
