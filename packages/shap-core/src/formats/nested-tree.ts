import type { DocumentNode } from "./document.js";
import { MAX_DEPTH } from "./limits.js";

/** A tree whose nodes stand inside each other in the file, laid out as a list. */
export interface NestedTree {
  /** The root first. */
  readonly nodes: readonly DocumentNode[];
  /** Indices into `nodes`; -1 at a leaf. */
  readonly left: readonly number[];
  readonly right: readonly number[];
}

/**
 * Lists the nodes of a nested tree.
 * @param childrenOf a split's left and right child; undefined at a leaf
 * @throws ModelFormatError where an object stands in two places (an object given to `loadModel` may even contain
 *   itself) or the tree is too deep
 */
export function listNodes(
  root: DocumentNode,
  childrenOf: (node: DocumentNode) => readonly [DocumentNode, DocumentNode] | undefined,
): NestedTree {
  const nodes: DocumentNode[] = [];
  const left: number[] = [];
  const right: number[] = [];
  const seen = new Set<unknown>();
  const pending = [{ node: root, parent: -1, isLeft: false, depth: 0 }];
  while (pending.length > 0) {
    const { node, parent, isLeft, depth } = pending.pop()!;
    if (seen.has(node.value)) node.fail("is reached twice, so the nodes are no tree");
    if (depth > MAX_DEPTH) node.fail(`lies deeper than ${MAX_DEPTH} splits`);
    seen.add(node.value);
    const index = nodes.length;
    if (parent >= 0) (isLeft ? left : right)[parent] = index;
    nodes.push(node);
    left.push(-1);
    right.push(-1);
    const children = childrenOf(node);
    if (children !== undefined) {
      pending.push({ node: children[1], parent: index, isLeft: false, depth: depth + 1 });
      pending.push({ node: children[0], parent: index, isLeft: true, depth: depth + 1 });
    }
  }
  return { nodes, left, right };
}
