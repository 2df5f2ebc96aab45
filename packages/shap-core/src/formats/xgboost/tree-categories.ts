import type { DocumentNode } from "../document.js";

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
