import type { DocumentNode } from "../document.js";
import type { SourceNode, TreeBuilder } from "../tree-builder.js";
import { categoricalTest, type MissingType, numericTest } from "./split.js";
import { readLinearLeaves } from "./text-linear.js";
import { numbersIn } from "./text-numbers.js";

/** Bits of decision_type. */
const CATEGORICAL = 1;
const DEFAULT_LEFT = 2;
const missingTypes: readonly (MissingType | undefined)[] = ["None", "Zero", "NaN"];

/**
 * Adds one `Tree=` section. Splits are numbered from 0; a child below 0 is the leaf of number −child − 1. In the
 * builder's numbering the leaves follow the splits.
 */
export function addTextTree(builder: TreeBuilder, tree: DocumentNode, output: number, scale: number): void {
  const leafValue = numbersIn(tree.get("leaf_value"));
  const leaves = leafValue.length;
  if (tree.get("num_leaves").number() !== leaves)
    tree.get("num_leaves").fail(`expected ${leaves}, as many as leaf_value has`);
  const splits = leaves - 1;
  const splitNumbers = (key: string) => (splits === 0 ? [] : numbersIn(tree.get(key), splits));
  const feature = splitNumbers("split_feature");
  const threshold = splitNumbers("threshold");
  const decision = splitNumbers("decision_type");
  const left = splitNumbers("left_child");
  const right = splitNumbers("right_child");
  const covers = readCovers(tree, splits);
  const sets = readCategorySets(tree);
  const linear = readLinearLeaves(tree, leaves, scale);
  const idOf = (child: number) => (child >= 0 ? child : splits - child - 1);

  builder.addTree({
    path: tree.path,
    nodeCount: splits + leaves,
    output,
    node(id): SourceNode {
      if (id >= splits) {
        const leaf = id - splits;
        return {
          kind: "leaf",
          value: leafValue[leaf]! * scale,
          cover: covers?.leaf[leaf],
          linear: linear?.[leaf],
        };
      }
      const type = decision[id]!;
      const missing = missingTypes[(type >> 2) & 3];
      if (missing === undefined)
        return tree.get("decision_type").fail(`split ${id} has an unknown missing type`);
      return {
        kind: "split",
        feature: feature[id]!,
        left: idOf(left[id]!),
        right: idOf(right[id]!),
        cover: covers?.split[id],
        ...((type & CATEGORICAL) !== 0
          ? categoricalTest(sets(threshold[id]!))
          : numericTest(threshold[id]!, missing, (type & DEFAULT_LEFT) !== 0)),
      };
    },
  });
}

interface Covers {
  readonly leaf: ArrayLike<number>;
  readonly split: ArrayLike<number>;
}

/** Rows that reached each node in training; undefined where they were not counted. A tree of one leaf need not count them; no share is ever taken of them. */
function readCovers(tree: DocumentNode, splits: number): Covers | undefined {
  const leaf = tree.optional("leaf_count");
  if (splits === 0) return { leaf: leaf === undefined ? [1] : numbersIn(leaf, 1), split: [] };
  const split = tree.optional("internal_count");
  if (leaf === undefined || split === undefined) return undefined;
  const covers = { leaf: numbersIn(leaf, splits + 1), split: numbersIn(split, splits) };
  return covers.split.includes(0) ? undefined : covers;
}

/** A categorical split's threshold is the number of its set: words `cat_boundaries[i]` up to the next of `cat_threshold`. */
function readCategorySets(tree: DocumentNode): (index: number) => Uint32Array {
  const boundariesNode = tree.optional("cat_boundaries");
  const boundaries = boundariesNode === undefined ? [] : numbersIn(boundariesNode);
  const words = boundariesNode === undefined ? [] : numbersIn(tree.get("cat_threshold"));
  const set = Uint32Array.from(words as ArrayLike<number>);
  return (index) => {
    const [from, to] = [boundaries[index], boundaries[index + 1]];
    if (from === undefined || to === undefined || !(from >= 0 && from <= to && to <= set.length))
      return tree.get("threshold").fail(`expected the number of a category set, found ${index}`);
    return set.subarray(from, to);
  };
}
