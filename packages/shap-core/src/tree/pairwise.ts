import type { Matrix } from "../model/matrix.js";
import type { TreeEnsemble } from "../model/tree-ensemble.js";
import { pairCell, pairCount } from "./interactions.js";
import { PairWalk } from "./pair-walk.js";
import { mixedPair, ownPair, ownShare, referencePair, referenceShare } from "./unanimity.js";

/**
 * Adds the interventional Shapley values of one tree to `out` (rows × features × outputs, row-major), one pair of
 * explained row and background row after the other (Lundberg 2020, algorithm 3): exact for trees of any depth.
 */
export function addTreeByPairs(
  model: TreeEnsemble,
  tree: number,
  rows: Matrix,
  background: Matrix,
  out: Float64Array,
): void {
  const { treeOutput, values, valueWidth } = model.data;
  const outputs = model.outputNames.length;
  const first = Math.max(0, treeOutput[tree]!);
  const width = treeOutput[tree]! >= 0 ? 1 : outputs;
  const walk = new PairWalk(model);
  for (let r = 0; r < rows.rows; r++) {
    const base = r * rows.columns * outputs + first;
    for (let b = 0; b < background.rows; b++) {
      walk.visit(tree, rows.data, r * rows.columns, background.data, b * rows.columns, (leaf) => {
        const { node, own, ownCount, reference, referenceCount } = leaf;
        for (let k = 0; k < width; k++) {
          const value = values[node * valueWidth + k]! / background.rows;
          const up = ownCount > 0 ? value * ownShare(ownCount, referenceCount) : 0;
          for (let i = 0; i < ownCount; i++) out[base + own[i]! * outputs + k]! += up;
          const down = referenceCount > 0 ? value * referenceShare(ownCount, referenceCount) : 0;
          for (let i = 0; i < referenceCount; i++) out[base + reference[i]! * outputs + k]! -= down;
        }
      });
    }
  }
}

/**
 * Adds the interventional interactions of one tree to `out` (rows × pairs × outputs, row-major, pairs in the order
 * of pairCell), each half of the Shapley interaction index.
 */
export function addTreeInteractionsByPairs(
  model: TreeEnsemble,
  tree: number,
  rows: Matrix,
  background: Matrix,
  out: Float64Array,
): void {
  const { treeOutput, values, valueWidth } = model.data;
  const features = rows.columns;
  const outputs = model.outputNames.length;
  const first = Math.max(0, treeOutput[tree]!);
  const width = treeOutput[tree]! >= 0 ? 1 : outputs;
  const walk = new PairWalk(model);
  for (let r = 0; r < rows.rows; r++) {
    const base = r * pairCount(features) * outputs + first;
    const add = (node: number, i: number, j: number, weight: number): void => {
      const cell = base + pairCell(i, j) * outputs;
      const scale = weight / (2 * background.rows);
      for (let k = 0; k < width; k++) out[cell + k]! += scale * values[node * valueWidth + k]!;
    };
    for (let b = 0; b < background.rows; b++) {
      walk.visit(tree, rows.data, r * features, background.data, b * features, (leaf) => {
        const { node, own, ownCount: p, reference, referenceCount: n } = leaf;
        for (let i = 0; i < p; i++) {
          for (let j = i + 1; j < p; j++) add(node, own[i]!, own[j]!, ownPair(p, n));
          for (let j = 0; j < n; j++) add(node, own[i]!, reference[j]!, -mixedPair(p, n));
        }
        for (let i = 0; i < n; i++) {
          for (let j = i + 1; j < n; j++) add(node, reference[i]!, reference[j]!, referencePair(p, n));
        }
      });
    }
  }
}
