import { LEAF, type TreeEnsemble } from "../../model/tree-ensemble.js";
import { ruleFor } from "../quadrature.js";
import type { SoftDecisions } from "../soft-decisions.js";
import type { RankedColumns } from "./ranked-columns.js";

/** A split's record: float64 left ratio and cold-before, then these int32s (positions in int32s). */
export const nodeField = { column: 4, threshold: 5, slot: 6, left: 7, right: 8, earlier: 9 } as const;
export const NODE_BYTES = 40;

/** Rows that one pass over a tree takes. */
export const GROUP_ROWS = 32;

export interface QuadratureProgram {
  readonly tree: number;
  readonly points: number;
  readonly levels: number;
  /** A record, or the complement of a leaf's address. */
  readonly root: number;
  readonly rule: number;
}

/** What `addTree` of the kernel needs beside the tree. */
export function scratchBytes(levels: number, points: number): number {
  const pairs = GROUP_ROWS / 2;
  return levels * (pairs * 32 + points * 48 + 4 * pairs * points * 16);
}

/** What a tree's records, leaf values and quadrature rule take. */
export function programBytes(model: TreeEnsemble, soft: SoftDecisions, tree: number): number {
  const { treeStart } = model.data;
  const nodes = treeStart[tree + 1]! - treeStart[tree]!;
  const splits = (nodes - 1) / 2;
  const points = ruleFor(soft.distinctFeatures[tree]!).nodes.length;
  return splits * NODE_BYTES + (splits + 1) * leafBytes(model, tree) + points * 32 + 16;
}

/** Writes a tree's rule, records and leaf values at `address` (a multiple of 16). */
export function writeQuadrature(
  model: TreeEnsemble,
  soft: SoftDecisions,
  ranked: RankedColumns,
  tree: number,
  buffer: ArrayBufferLike,
  address: number,
): QuadratureProgram {
  const { treeStart, treeOutput, feature, left, right, values, valueWidth } = model.data;
  const int32 = new Int32Array(buffer);
  const float64 = new Float64Array(buffer);
  const { nodes, weights } = ruleFor(soft.distinctFeatures[tree]!);
  const points = nodes.length;
  for (let q = 0; q < points; q++) {
    const at = (address >> 3) + 2 * q;
    float64.fill(nodes[q]!, at, at + 2);
    float64.fill(weights[q]!, at + 2 * points, at + 2 * points + 2);
  }
  const outputs = model.outputNames.length;
  const width = treeOutput[tree]! >= 0 ? 1 : outputs;
  const start = treeStart[tree]!;
  const size = treeStart[tree + 1]! - start;
  const reference = new Int32Array(size);
  const level = new Int32Array(size);
  let next = address + points * 32;
  for (let node = start; node < start + size; node++) {
    if (feature[node] === LEAF) continue;
    reference[node - start] = next;
    next += NODE_BYTES;
    for (const child of [left[node]!, right[node]!]) level[child - start] = level[node - start]! + 1;
  }
  for (let node = start; node < start + size; node++) {
    if (feature[node] !== LEAF) continue;
    reference[node - start] = ~next;
    for (let k = 0; k < width; k++) float64[(next >> 3) + k] = values[node * valueWidth + k]!;
    next += leafBytes(model, tree);
  }
  for (let node = start; node < start + size; node++) {
    if (feature[node] === LEAF) continue;
    const record = reference[node - start]!;
    float64[record >> 3] = soft.leftRatio[node]!;
    float64[(record >> 3) + 1] = soft.coldBefore[node]!;
    const at = record >> 2;
    int32[at + nodeField.column] = ranked.column[node]!;
    int32[at + nodeField.threshold] = ranked.threshold[node]!;
    int32[at + nodeField.slot] = feature[node]! * outputs + Math.max(0, treeOutput[tree]!);
    int32[at + nodeField.left] = reference[left[node]! - start]!;
    int32[at + nodeField.right] = reference[right[node]! - start]!;
    const edge = soft.earlier[node]!;
    int32[at + nodeField.earlier] = edge < 0 ? -1 : 2 * level[(edge >> 1) - start]! + (edge & 1);
  }
  return { tree, points, levels: soft.depth[tree]! + 1, root: reference[0]!, rule: address };
}

function leafBytes(model: TreeEnsemble, tree: number): number {
  return 8 * (model.data.treeOutput[tree]! >= 0 ? 1 : model.outputNames.length);
}
