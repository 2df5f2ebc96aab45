import type { DocumentNode } from "../document.js";
import type { SourceLinearLeaf } from "../tree-builder.js";
import { numbersIn } from "./text-numbers.js";

/** The linear models of a tree's leaves: lists laid end to end, `num_features` long each. */
export function readLinearLeaves(
  tree: DocumentNode,
  leaves: number,
  scale: number,
): SourceLinearLeaf[] | undefined {
  if (tree.optional("is_linear") === undefined || tree.get("is_linear").number() === 0) return undefined;
  const constants = numbersIn(tree.get("leaf_const"), leaves);
  const counts = numbersIn(tree.get("num_features"), leaves);
  const features = numbersIn(tree.get("leaf_features"));
  const coefficients = numbersIn(tree.get("leaf_coeff"), features.length);
  let at = 0;
  return Array.from({ length: leaves }, (_, leaf) => {
    const count = counts[leaf]!;
    if (!(Number.isInteger(count) && count >= 0 && at + count <= features.length))
      tree.get("num_features").fail(`leaf ${leaf}: expected a part of the ${features.length} leaf_features`);
    const from = at;
    at += count;
    return {
      constant: constants[leaf]! * scale,
      features: features.subarray(from, at),
      coefficients: coefficients.slice(from, at).map((coefficient) => coefficient * scale),
    };
  });
}
