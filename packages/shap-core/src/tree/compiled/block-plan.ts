import { LEAF, type TreeEnsemble } from "../../model/tree-ensemble.js";
import { type Block, type Edge, makeBlock } from "./block.js";
import { tableWidth } from "./leaf-tables.js";
import type { RankedColumns } from "./ranked-columns.js";

/** Index bits of a block at most: 1024 rows a table. */
export const MOST_BITS = 10;

/** What a block costs a row beside its table columns, in additions: the index, measured. */
const BLOCK_COST = 3;
const BIT_COST = 0.4;

export interface TreeBlocks {
  readonly blocks: readonly Block[];
  readonly bytes: number;
  /** In table additions a row. */
  readonly cost: number;
}

/**
 * Cuts a tree into blocks by dynamic programming: a subtree is either one block or the blocks of its children,
 * whichever costs less a row with `byteCost` for each byte of table.
 * @returns undefined where some leaf's path alone has more features than a block may have bits
 */
export function planBlocks(
  model: TreeEnsemble,
  ranked: RankedColumns,
  leftRatio: Float64Array,
  tree: number,
  order: 1 | 2,
  byteCost: number,
): TreeBlocks | undefined {
  const cut = new BlockCut(model, ranked, tree, order, byteCost);
  const best = cut.best();
  return best && { ...best, blocks: cut.blocks(leftRatio) };
}

interface Cost {
  readonly cost: number;
  readonly bytes: number;
}

class BlockCut {
  private readonly root: number;
  /** By node of the tree: its distinct tests and features below, undefined where they are too many for a block. */
  private readonly insides: (Inside | undefined)[];
  /** By node of the tree: whether it is better one block than cut further. */
  private readonly isWhole: Uint8Array;
  /** How many splits of the present path ask each feature. */
  private readonly uses: Int32Array;
  private pathFeatures = 0;
  private readonly width: number;

  constructor(
    private readonly model: TreeEnsemble,
    private readonly ranked: RankedColumns,
    private readonly tree: number,
    private readonly order: 1 | 2,
    private readonly byteCost: number,
  ) {
    const { treeStart, treeOutput } = model.data;
    this.root = treeStart[tree]!;
    this.insides = collectInsides(model, ranked, tree);
    this.isWhole = new Uint8Array(treeStart[tree + 1]! - this.root);
    this.uses = new Int32Array(model.featureNames.length);
    this.width = treeOutput[tree]! >= 0 ? 1 : model.outputNames.length;
  }

  /** The least cost of a subtree; remembers where to cut. */
  best(node = this.root): Cost | undefined {
    const { feature, left, right } = this.model.data;
    const whole = this.asBlock(this.insides[node - this.root]);
    const j = feature[node]!;
    if (j === LEAF) {
      this.isWhole[node - this.root] = 1;
      return whole;
    }
    if (this.uses[j]!++ === 0) this.pathFeatures++;
    const a = this.best(left[node]!);
    const b = a && this.best(right[node]!);
    if (--this.uses[j]! === 0) this.pathFeatures--;
    const parts = a && b && { cost: a.cost + b.cost, bytes: a.bytes + b.bytes };
    if (whole !== undefined && (parts === undefined || this.price(whole) <= this.price(parts))) {
      this.isWhole[node - this.root] = 1;
      return whole;
    }
    return parts;
  }

  /** The blocks that `best` chose. */
  blocks(leftRatio: Float64Array): Block[] {
    const { left, right } = this.model.data;
    const found: Block[] = [];
    const path: Edge[] = [];
    const visit = (node: number): void => {
      if (this.isWhole[node - this.root] === 1) {
        found.push(makeBlock(this.model, this.ranked, leftRatio, this.tree, node, path));
        return;
      }
      for (const goesRight of [false, true]) {
        path.push({ node, right: goesRight });
        visit((goesRight ? right : left)[node]!);
        path.pop();
      }
    };
    visit(this.root);
    return found;
  }

  private asBlock(inside: Inside | undefined): Cost | undefined {
    if (inside === undefined) return undefined;
    const bits = this.pathFeatures + inside.tests.length;
    if (bits > MOST_BITS) return undefined;
    let features = this.pathFeatures;
    for (const j of inside.features) if (this.uses[j] === 0) features++;
    const columns = tableWidth(features, this.order) * this.width;
    return { cost: columns + BLOCK_COST + BIT_COST * bits, bytes: 2 ** bits * columns * 8 };
  }

  private price({ cost, bytes }: Cost): number {
    return cost + this.byteCost * bytes;
  }
}

interface Inside {
  readonly tests: readonly number[];
  readonly features: readonly number[];
}

const EMPTY: Inside = { tests: [], features: [] };

function collectInsides(model: TreeEnsemble, ranked: RankedColumns, tree: number): (Inside | undefined)[] {
  const { treeStart, feature, left, right } = model.data;
  const root = treeStart[tree]!;
  const insides = new Array<Inside | undefined>(treeStart[tree + 1]! - root);
  // Preorder: from the end, children come before their parent.
  for (let node = treeStart[tree + 1]! - 1; node >= root; node--) {
    const j = feature[node]!;
    if (j === LEAF) {
      insides[node - root] = EMPTY;
      continue;
    }
    const [a, b] = [insides[left[node]! - root], insides[right[node]! - root]];
    if (a === undefined || b === undefined) continue;
    const test = ranked.column[node]! * 65536 + ranked.threshold[node]! + 1;
    const tests = union(a.tests, b.tests, test);
    if (tests.length <= MOST_BITS) {
      insides[node - root] = { tests, features: union(a.features, b.features, j) };
    }
  }
  return insides;
}

/** The distinct members of both short lists and one more. */
function union(a: readonly number[], b: readonly number[], one: number): number[] {
  const all = a.slice();
  for (const each of b) if (!all.includes(each)) all.push(each);
  if (!all.includes(one)) all.push(one);
  return all;
}
