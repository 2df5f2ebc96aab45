import { LEAF, type TreeEnsemble } from "../../model/tree-ensemble.js";
import type { RankedColumns } from "./ranked-columns.js";

/** An edge of a path: the split it leaves, and whether to the right. */
export interface Edge {
  readonly node: number;
  readonly right: boolean;
}

/** `(rank of column > threshold) xor flip` sets `bit` of a row's index. */
export interface Condition {
  readonly column: number;
  readonly threshold: number;
  /** 0, or −1 to turn the answer round. */
  readonly flip: number;
  readonly bit: number;
}

/**
 * A subtree whose leaves are explained by one look-up. A row's index has one bit for each feature on the path to the
 * subtree (set where the row fails any condition on it) and one for each distinct test inside (set where it goes
 * right); the table row of an index holds the sum over the subtree's leaves of their values.
 */
export interface Block {
  readonly tree: number;
  readonly root: number;
  readonly bits: number;
  readonly conditions: readonly Condition[];
  /** The features on the paths to the subtree's leaves, in the order of first sight. */
  readonly features: readonly number[];
  readonly leaves: readonly BlockLeaf[];
}

export interface BlockLeaf {
  readonly node: number;
  /** The distinct features of the leaf's whole path, as positions in the block's `features`. */
  readonly path: readonly number[];
  /** Per path feature, the product of the cover ratios of its conditions. */
  readonly cold: readonly number[];
  /**
   * For bit b of the index, the path features (bits by position in `path`) that a row fails where b is 0, and where
   * it is 1; bits past the end say nothing of this leaf.
   */
  readonly failsIfClear: readonly number[];
  readonly failsIfSet: readonly number[];
}

/** Describes the block at `root`, reached over `path`. */
export function makeBlock(
  model: TreeEnsemble,
  ranked: RankedColumns,
  leftRatio: Float64Array,
  tree: number,
  root: number,
  path: readonly Edge[],
): Block {
  const { feature, left, right } = model.data;
  const features: number[] = [];
  const conditions: Condition[] = [];
  const bitOfTest = new Map<number, number>();
  let bits = 0;

  const pathBit = new Map<number, number>();
  for (const { node, right: goesRight } of path) {
    const j = feature[node]!;
    let bit = pathBit.get(j);
    if (bit === undefined) {
      bit = bits++;
      pathBit.set(j, bit);
      features.push(j);
    }
    const flip = goesRight ? -1 : 0;
    conditions.push({
      column: ranked.column[node]!,
      threshold: ranked.threshold[node]!,
      flip,
      bit: 1 << bit,
    });
  }

  const leaves: BlockLeaf[] = [];
  /** The distinct features of the present path, their places in `features`, their cold products. */
  const onPath: number[] = [];
  const places: number[] = [];
  const cold: number[] = [];
  const inside: { bit: number; right: boolean; onPath: number }[] = [];
  for (const { node, right: goesRight } of path) {
    const j = feature[node]!;
    const at = onPath.indexOf(j);
    if (at >= 0) cold[at]! *= ratio(leftRatio, node, goesRight);
    else {
      places.push(onPath.push(j) - 1);
      cold.push(ratio(leftRatio, node, goesRight));
    }
  }
  const pathFeatures = onPath.length;

  const visit = (node: number): void => {
    const j = feature[node]!;
    if (j === LEAF) {
      leaves.push(describeLeaf(node));
      return;
    }
    const test = ranked.column[node]! * 65536 + ranked.threshold[node]! + 1;
    let bit = bitOfTest.get(test);
    if (bit === undefined) {
      bit = bits++;
      bitOfTest.set(test, bit);
      const { column, threshold } = ranked;
      conditions.push({ column: column[node]!, threshold: threshold[node]!, flip: 0, bit: 1 << bit });
    }
    let place = features.indexOf(j);
    if (place < 0) place = features.push(j) - 1;
    let at = onPath.indexOf(j);
    const isNew = at < 0;
    if (isNew) {
      at = onPath.push(j) - 1;
      places.push(place);
      cold.push(1);
    }
    const before = cold[at]!;
    for (const goesRight of [false, true]) {
      inside.push({ bit, right: goesRight, onPath: at });
      cold[at] = before * ratio(leftRatio, node, goesRight);
      visit((goesRight ? right : left)[node]!);
      inside.pop();
    }
    cold[at] = before;
    if (isNew) {
      onPath.pop();
      places.pop();
      cold.pop();
    }
  };

  const describeLeaf = (node: number): BlockLeaf => {
    const failsIfClear = new Array<number>(bits).fill(0);
    const failsIfSet = new Array<number>(bits).fill(0);
    // The first bits are those of the features on the path to the block, in the same order.
    for (let bit = 0; bit < pathFeatures; bit++) failsIfSet[bit] = 1 << bit;
    for (const edge of inside) {
      const fails = edge.right ? failsIfClear : failsIfSet;
      fails[edge.bit]! |= 1 << edge.onPath;
    }
    return { node, path: places.slice(), cold: cold.slice(), failsIfClear, failsIfSet };
  };

  visit(root);
  return { tree, root, bits, conditions, features, leaves };
}

/** For each index of a block, which path features of the leaf a row with that index fails. */
export function patternsOf(block: Block, leaf: BlockLeaf, out: Int32Array): void {
  out[0] = 0;
  for (let bit = 0; bit < block.bits; bit++) {
    const size = 1 << bit;
    const clear = leaf.failsIfClear[bit] ?? 0;
    const set = leaf.failsIfSet[bit] ?? 0;
    for (let index = 0; index < size; index++) {
      out[size + index] = out[index]! | set;
      out[index]! |= clear;
    }
  }
}

const ratio = (leftRatio: Float64Array, node: number, right: boolean): number =>
  right ? 1 - leftRatio[node]! : leftRatio[node]!;
