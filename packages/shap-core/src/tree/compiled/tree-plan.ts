import type { TreeEnsemble } from "../../model/tree-ensemble.js";
import { ruleFor } from "../quadrature.js";
import type { SoftDecisions } from "../soft-decisions.js";
import { MOST_BITS, planBlocks, type TreeBlocks } from "./block-plan.js";
import type { RankedColumns } from "./ranked-columns.js";

/** How one tree is explained. */
export interface TreePlan {
  readonly tree: number;
  /**
   * `tables`: look-ups in tables of blocks of leaves; `quadrature`: a numerically exact integral along the tree, for
   * each row; `pairs`: each row with each background row; `constant`: a single leaf, which explains nothing.
   */
  readonly method: "tables" | "quadrature" | "pairs" | "constant";
  /** What the tree's tables take. */
  readonly bytes: number;
  /** The reason in words. */
  readonly why: string;
}

/** How a model is explained. */
export interface ExplainerPlan {
  /** Which inner loops run. */
  readonly kernel: "wasm-simd" | "plain";
  /** Bytes of all tables: at most `maxTableBytes`. */
  readonly tableBytes: number;
  /** Bytes of the compiled model: tables, programs and working space. */
  readonly memoryBytes: number;
  readonly trees: readonly TreePlan[];
}

export interface EnsemblePlan {
  readonly trees: readonly TreePlan[];
  /** By tree; undefined where the tree has no tables. */
  readonly blocks: readonly (TreeBlocks | undefined)[];
}

/**
 * A table row comes from the level 2 cache or further where the tables are large: as much as one addition for so many
 * bytes of table. Greater byte costs give smaller tables.
 */
const BYTE_COSTS = [1 / 1024, 1 / 512, 1 / 256];

/** What quadrature takes a row, split and point, in table additions; measured. */
const POINT_COST = 2.75;

/**
 * Chooses tree by tree what is quickest a row, then frees the trees that gain least from their bytes until all tables
 * fit `maxTableBytes`.
 * @param other what explains the trees without tables
 */
export function planTrees(
  model: TreeEnsemble,
  soft: SoftDecisions,
  ranked: RankedColumns,
  order: 1 | 2,
  maxTableBytes: number,
  other: "quadrature" | "pairs",
): EnsemblePlan {
  const count = model.treeCount;
  const otherCost = Array.from({ length: count }, (_, tree) =>
    other === "pairs" || order === 2 ? Number.POSITIVE_INFINITY : quadratureCost(model, soft, tree),
  );
  let blocks: (TreeBlocks | undefined)[] = [];
  let bytes = 0;
  for (const byteCost of BYTE_COSTS) {
    blocks = Array.from({ length: count }, (_, tree) => {
      // The leaf with the most features on its path would need a bit for each.
      if (soft.distinctFeatures[tree]! > MOST_BITS) return undefined;
      const cut = planBlocks(model, ranked, soft.leftRatio, tree, order, byteCost);
      return cut !== undefined && cut.cost < otherCost[tree]! ? cut : undefined;
    });
    bytes = blocks.reduce((sum, tree) => sum + (tree?.bytes ?? 0), 0);
    if (bytes <= maxTableBytes) break;
  }
  const reasons = new Map<number, string>();
  if (bytes > maxTableBytes) {
    const gain = (tree: number) =>
      (Math.min(otherCost[tree]!, 1e9) - blocks[tree]!.cost) / Math.max(1, blocks[tree]!.bytes);
    const byGain = Array.from(blocks.keys())
      .filter((tree) => (blocks[tree]?.bytes ?? 0) > 0)
      .sort((a, b) => gain(a) - gain(b) || b - a);
    for (const tree of byGain) {
      if (bytes <= maxTableBytes) break;
      bytes -= blocks[tree]!.bytes;
      reasons.set(
        tree,
        `its tables of ${blocks[tree]!.bytes} bytes do not fit maxTableBytes (${maxTableBytes})`,
      );
      blocks[tree] = undefined;
    }
  }
  const trees = blocks.map((cut, tree): TreePlan => {
    if (soft.depth[tree] === 0) return { tree, method: "constant", bytes: 0, why: "the tree is one leaf" };
    if (cut !== undefined) {
      const why = `${cut.blocks.length} look-ups a row, about ${Math.round(cut.cost)} additions`;
      return { tree, method: "tables", bytes: cut.bytes, why };
    }
    const distinct = soft.distinctFeatures[tree]!;
    const why =
      reasons.get(tree) ??
      `with ${distinct} distinct features on a path tables would be ${Number.isFinite(otherCost[tree]!) ? "slower" : "too large"}`;
    return { tree, method: other, bytes: 0, why };
  });
  return { trees, blocks };
}

function quadratureCost(model: TreeEnsemble, soft: SoftDecisions, tree: number): number {
  const { treeStart, treeOutput } = model.data;
  const splits = (treeStart[tree + 1]! - treeStart[tree]! - 1) / 2;
  const width = treeOutput[tree]! >= 0 ? 1 : model.outputNames.length;
  return splits * ruleFor(soft.distinctFeatures[tree]!).nodes.length * width * POINT_COST;
}
