import type { DocumentNode } from "../document.js";

/** XGBoost's own bound of a category code: what float32 tells apart. */
const MAX_CATEGORY = 2 ** 24;

/** The categories of each categorical split, by node: lists laid end to end in `categories`. */
export function splitCategories(tree: DocumentNode, nodeCount: number): Map<number, ArrayLike<number>> {
  const result = new Map<number, ArrayLike<number>>();
  const nodes = tree.optional("categories_nodes")?.numbers() ?? [];
  if (nodes.length === 0) return result;
  if (nodes.length > nodeCount) tree.get("categories_nodes").fail(`expected at most ${nodeCount} nodes`);
  const segments = tree.get("categories_segments").numbers(nodes.length);
  const sizes = tree.get("categories_sizes").numbers(nodes.length);
  const all = Array.from(tree.get("categories").numbers());
  for (let i = 0; i < nodes.length; i++) {
    const [start, size] = [segments[i]!, sizes[i]!];
    const fits = Number.isInteger(start) && Number.isInteger(size) && start >= 0 && size >= 0;
    if (!fits || start + size > all.length)
      tree.get("categories_segments").at(i).fail(`expected a part of the ${all.length} categories`);
    result.set(nodes[i]!, all.slice(start, start + size));
  }
  return result;
}

/** Codes as bits, lowest first. */
export function categorySet(tree: DocumentNode, codes: ArrayLike<number> | undefined): Uint32Array {
  if (codes === undefined) return tree.fail("a categorical split has no entry in categories_nodes");
  let largest = -1;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (!Number.isInteger(code) || code < 0 || code >= MAX_CATEGORY)
      tree.get("categories").fail(`expected codes from 0 to ${MAX_CATEGORY - 1}, one is ${code}`);
    largest = Math.max(largest, code);
  }
  const words = new Uint32Array((largest >>> 5) + 1);
  for (let i = 0; i < codes.length; i++) words[codes[i]! >>> 5]! |= 1 << (codes[i]! & 31);
  return words;
}
