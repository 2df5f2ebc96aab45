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
  const { treeStart, treeOutput, feature, left, right } = model.data;
  const width = treeOutput[tree]! >= 0 ? 1 : model.outputNames.length;
  const path: Edge[] = [];

  interface Cut {
    readonly cost: number;
    readonly bytes: number;
    readonly makers: readonly (() => Block)[];
  }

  const best = (node: number, inside: Inside | undefined): Cut | undefined => {
    let whole: Cut | undefined;
    if (inside !== undefined) {
      const pathFeatures = new Set(path.map((edge) => feature[edge.node]!));
      const bits = pathFeatures.size + inside.tests.size;
      if (bits <= MOST_BITS) {
        const features = new Set([...pathFeatures, ...inside.features]).size;
        const columns = tableWidth(features, order) * width;
        const bytes = 2 ** bits * columns * 8;
        const edges = [...path];
        whole = {
          cost: columns + BLOCK_COST + BIT_COST * bits,
          bytes,
          makers: [() => makeBlock(model, ranked, leftRatio, tree, node, edges)],
        };
      }
    }
    const j = feature[node]!;
    if (j === LEAF) return whole;
    const cuts: Cut[] = [];
    for (const goesRight of [false, true]) {
      const child = (goesRight ? right : left)[node]!;
      path.push({ node, right: goesRight });
      const cut = best(child, insides.get(child));
      path.pop();
      if (cut === undefined) return whole;
      cuts.push(cut);
    }
    const [a, b] = cuts as [Cut, Cut];
    const price = (cost: number, bytes: number) => cost + byteCost * bytes;
    if (whole !== undefined && price(whole.cost, whole.bytes) <= price(a.cost + b.cost, a.bytes + b.bytes)) {
      return whole;
    }
    return { cost: a.cost + b.cost, bytes: a.bytes + b.bytes, makers: [...a.makers, ...b.makers] };
  };

  const insides = collectInsides(model, ranked, tree);
  const root = treeStart[tree]!;
  const cut = best(root, insides.get(root));
  return cut && { blocks: cut.makers.map((make) => make()), bytes: cut.bytes, cost: cut.cost };
}

interface Inside {
  readonly tests: ReadonlySet<number>;
  readonly features: ReadonlySet<number>;
}

/** The distinct tests and features below each node, where the tests are few enough for a block. */
function collectInsides(model: TreeEnsemble, ranked: RankedColumns, tree: number): Map<number, Inside> {
  const { treeStart, feature, left, right } = model.data;
  const insides = new Map<number, Inside>();
  // Preorder: from the end, children come before their parent.
  for (let node = treeStart[tree + 1]! - 1; node >= treeStart[tree]!; node--) {
    if (feature[node] === LEAF) {
      insides.set(node, { tests: new Set(), features: new Set() });
      continue;
    }
    const [a, b] = [insides.get(left[node]!), insides.get(right[node]!)];
    if (a === undefined || b === undefined) continue;
    const own = ranked.column[node]! * 65536 + ranked.threshold[node]! + 1;
    const tests = new Set([own, ...a.tests, ...b.tests]);
    if (tests.size > MOST_BITS) continue;
    insides.set(node, { tests, features: new Set([feature[node]!, ...a.features, ...b.features]) });
  }
  return insides;
}
