import type { TreeEnsemble } from "../../model/tree-ensemble.js";
import { pairCell } from "../interactions.js";
import { type Block, patternsOf } from "./block.js";
import { MOST_BITS } from "./block-plan.js";
import { backgroundLeafTables, type LeafTables, pathLeafTables, tableWidth } from "./leaf-tables.js";

/** How many numbers a row of a block's table has: its features or pairs of them, times the outputs of its leaves. */
export function blockWidth(model: TreeEnsemble, block: Block, order: 1 | 2): number {
  return tableWidth(block.features.length, order) * leafWidth(model, block);
}

/** The sum each number of a block's table row is added to (see `slotCount` for their order). */
export function blockSlots(model: TreeEnsemble, block: Block, order: 1 | 2): number[] {
  const outputs = model.outputNames.length;
  const first = Math.max(0, model.data.treeOutput[block.tree]!);
  const { features } = block;
  const width = leafWidth(model, block);
  const slots: number[] = [];
  const add = (cell: number): void => {
    for (let k = 0; k < width; k++) slots.push(cell * outputs + first + k);
  };
  for (let a = 0; a < features.length; a++) {
    if (order === 1) add(features[a]!);
    else for (let b = a + 1; b < features.length; b++) add(pairCell(features[a]!, features[b]!));
  }
  return slots;
}

/** Sums a row has: features × outputs, or the pairs i < j (in the order of `pairCell`) × outputs; outputs last. */
export function slotCount(model: TreeEnsemble, order: 1 | 2): number {
  return tableWidth(model.featureNames.length, order) * model.outputNames.length;
}

/**
 * Fills a block's table, 2^bits × width, with the sums over its leaves.
 * @param counts how many background rows have each index of the block; absent: path-dependent
 * @param mean with counts: the mean of the leaves that background rows reach is added to it, by output
 */
export function fillBlockTable(
  model: TreeEnsemble,
  block: Block,
  order: 1 | 2,
  table: Float64Array,
  counts?: Int32Array,
  mean?: Float64Array,
): void {
  const { values, valueWidth } = model.data;
  const outputs = leafWidth(model, block);
  const width = blockWidth(model, block, order);
  const first = Math.max(0, model.data.treeOutput[block.tree]!);
  const indexes = 2 ** block.bits;
  const patterns = patternScratch.subarray(0, indexes);
  const total = counts?.reduce((a, b) => a + b, 0) ?? 0;
  for (const leaf of block.leaves) {
    patternsOf(block, leaf, patterns);
    const features = leaf.path.length;
    let leafTables: LeafTables;
    let reached = 0;
    if (counts === undefined) leafTables = pathLeafTables(leaf.cold, features);
    else {
      const weights = new Float64Array(2 ** features);
      for (let index = 0; index < indexes; index++) {
        const count = counts[index]!;
        if (count > 0) weights[patterns[index]!]! += count;
      }
      for (let u = 0; u < weights.length; u++) weights[u]! /= total;
      reached = weights[0]!;
      leafTables = backgroundLeafTables(weights, features);
    }
    const unit = order === 1 ? leafTables.shapley() : leafTables.pairs();
    const columns = order === 1 ? leaf.path : pairColumns(block, leaf.path);
    for (let k = 0; k < outputs; k++) {
      const value = values[leaf.node * valueWidth + k]!;
      if (mean !== undefined) mean[first + k]! += value * reached;
      addLeaf(table, width, outputs, k, unit, columns, patterns, value);
    }
  }
}

/** Filled anew for each leaf. */
const patternScratch = new Int32Array(2 ** MOST_BITS);

function addLeaf(
  table: Float64Array,
  width: number,
  outputs: number,
  output: number,
  unit: Float64Array,
  columns: readonly number[],
  patterns: Int32Array,
  value: number,
): void {
  const unitWidth = columns.length;
  for (let index = 0; index < patterns.length; index++) {
    const from = patterns[index]! * unitWidth;
    const to = index * width + output;
    for (let c = 0; c < unitWidth; c++) table[to + columns[c]! * outputs]! += value * unit[from + c]!;
  }
}

/** For each pair of a leaf's path features, the column of the pair in the block's table. */
function pairColumns(block: Block, path: readonly number[]): number[] {
  const count = block.features.length;
  const columns: number[] = [];
  path.forEach((a, position) => {
    for (const b of path.slice(position + 1)) {
      const [i, j] = a < b ? [a, b] : [b, a];
      // Row i of the upper triangle begins after the i rows of count − 1, count − 2, ... before it.
      columns.push(i * count - (i * (i + 1)) / 2 + (j - i - 1));
    }
  });
  return columns;
}

function leafWidth(model: TreeEnsemble, block: Block): number {
  return model.data.treeOutput[block.tree]! >= 0 ? 1 : model.outputNames.length;
}
