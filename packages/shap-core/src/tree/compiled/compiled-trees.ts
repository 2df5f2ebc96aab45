import type { Matrix } from "../../model/matrix.js";
import type { TreeEnsemble } from "../../model/tree-ensemble.js";
import { ruleFor } from "../quadrature.js";
import type { SoftDecisions } from "../soft-decisions.js";
import type { Block } from "./block.js";
import { blockSlots, blockWidth, fillBlockTable, slotCount } from "./block-tables.js";
import { createKernel, type Kernel } from "./kernel.js";
import { MemoryLayout } from "./memory-layout.js";
import {
  GROUP_ROWS,
  programBytes,
  type QuadratureProgram,
  scratchBytes,
  writeQuadrature,
} from "./quadrature-program.js";
import { fillColumn, type RankedColumns, rankColumns } from "./ranked-columns.js";
import { type EnsemblePlan, type ExplainerPlan, planTrees, type TreePlan } from "./tree-plan.js";

export interface CompileOptions {
  /** 1: Shapley values; 2: pair interactions. */
  readonly order: 1 | 2;
  readonly maxTableBytes: number;
  /** Interventional tables from these rows; absent: path-dependent. */
  readonly background?: Matrix;
  readonly kernel?: "auto" | Kernel["kind"];
}

/** Sums of a chunk of rows: the more rows, the less often the tables go by; measured to be best at this size. */
const SUMS_BYTES = 2 * 1024 * 1024;
const MOST_CHUNK_ROWS = 8192;
const MOST_INDEXES = 1024;

/**
 * A model made ready for explaining: its thresholds as ranks, its trees as tables or quadrature programs, all in one
 * memory where the kernel works. Rows go through in chunks: rows → ranks → sums (by slot) → values.
 */
export class CompiledTrees {
  readonly plan: ExplainerPlan;
  /** Trees that are in neither tables nor programs; the caller explains them. */
  readonly leftOver: readonly number[];
  readonly slots: number;
  private readonly ranked: RankedColumns;
  private readonly kernel: Kernel;
  private readonly chunkRows: number;
  private readonly programs: QuadratureProgram[] = [];
  private readonly at: Addresses;

  constructor(
    private readonly model: TreeEnsemble,
    soft: SoftDecisions,
    options: CompileOptions,
  ) {
    const { order, maxTableBytes, background } = options;
    this.ranked = rankColumns(model);
    const other = background === undefined ? "quadrature" : "pairs";
    const plan = planTrees(model, soft, this.ranked, order, maxTableBytes, other);
    this.slots = slotCount(model, order);
    this.chunkRows = chunkRowsFor(this.slots);

    const byQuadrature = order === 1 ? plan.trees.filter((tree) => tree.method === "quadrature") : [];
    this.leftOver = plan.trees
      .filter(({ method }) => method === "pairs" || (method === "quadrature" && order === 2))
      .map(({ tree }) => tree);

    const blocks = plan.blocks
      .flatMap((cut) => cut?.blocks ?? [])
      .filter((block) => blockWidth(model, block, order) > 0);
    const layout = new MemoryLayout();
    this.at = this.lay(layout, soft, blocks, order, plan, byQuadrature);
    this.kernel = createKernel(layout.bytes, options.kernel);

    const { buffer, kind } = this.kernel;
    const tableBytes = plan.trees.reduce((sum, tree) => sum + tree.bytes, 0);
    this.plan = { kernel: kind, tableBytes, memoryBytes: buffer.byteLength, trees: plan.trees };
    this.ranked.thresholds.forEach((thresholds, j) => {
      new Float64Array(buffer, this.at.thresholds[j]!, thresholds.length).set(thresholds);
    });
    this.writeBlockPrograms(blocks, order);
    this.fillTables(blocks, order, background);
    for (const { tree } of byQuadrature) {
      const address = this.at.quadrature.get(tree)!;
      this.programs.push(writeQuadrature(model, soft, this.ranked, tree, buffer, address));
    }
  }

  /** Writes rows × slots sums to `out`, replacing what was there. */
  explain(rows: Matrix, out: Float64Array): void {
    const { at, kernel, slots, chunkRows } = this;
    for (let start = 0; start < rows.rows; start += chunkRows) {
      const count = Math.min(chunkRows, rows.rows - start);
      const stride = padded(count);
      this.rank(rows, start, count, stride);
      new Float64Array(kernel.buffer, at.sums, stride * slots).fill(0);
      kernel.addBlocks(at.program, at.programEnd, at.columns, stride, stride, at.offsets, at.sums);
      this.addQuadratures(count, stride);
      kernel.transpose(at.sums, stride, count, slots, at.values);
      out.set(new Float64Array(kernel.buffer, at.values, count * slots), start * slots);
    }
  }

  /** Fills the columns with the ranks of `count` rows, `stride` to a column. */
  private rank(rows: Matrix, start: number, count: number, stride: number): void {
    const { model, kernel, at, ranked } = this;
    const features = rows.columns;
    const input = new Float64Array(kernel.buffer, at.rows, count * features);
    input.set(rows.data.subarray(start * features, (start + count) * features));
    const ranks = new Int32Array(kernel.buffer, at.ranks, count);
    let feature = -1;
    for (const c of at.columnOrder) {
      const column = ranked.columns[c]!;
      if (column.feature !== feature) {
        feature = column.feature;
        const first = at.rows + 8 * feature;
        const thresholds = ranked.thresholds[feature]!.length;
        kernel.rankFeature(first, 8 * features, count, at.thresholds[feature]!, thresholds, at.ranks);
      }
      const out = new Int16Array(kernel.buffer, at.columns + 2 * stride * c, count);
      fillColumn(model, column, input, feature, features, count, ranks, out);
    }
  }

  private addQuadratures(count: number, stride: number): void {
    const { kernel, at, ranked, model } = this;
    if (this.programs.length === 0) return;
    const ranks = new Int16Array(kernel.buffer, at.columns, ranked.columns.length * stride);
    const group = new Float64Array(kernel.buffer, at.group, ranked.columns.length * GROUP_ROWS);
    for (let from = 0; from < count; from += GROUP_ROWS) {
      const rows = Math.min(GROUP_ROWS, Math.ceil((count - from) / 2) * 2);
      for (let c = 0; c < ranked.columns.length; c++) {
        for (let r = 0; r < rows; r++) group[c * rows + r] = ranks[c * stride + from + r]!;
      }
      for (const { tree, points, levels, root, rule } of this.programs) {
        const width = model.data.treeOutput[tree]! >= 0 ? 1 : model.outputNames.length;
        for (let k = 0; k < width; k++) {
          const sums = at.sums + 8 * (from + k * stride);
          kernel.addTree(root, rule, points, levels, at.group, rows, sums, stride, 8 * k, at.scratch);
        }
      }
    }
  }

  private lay(
    layout: MemoryLayout,
    soft: SoftDecisions,
    blocks: readonly Block[],
    order: 1 | 2,
    plan: EnsemblePlan,
    byQuadrature: readonly TreePlan[],
  ): Addresses {
    const { model, ranked, chunkRows, slots } = this;
    const columns = ranked.columns.length;
    const columnOrder = Array.from(ranked.columns.keys()).sort(
      (a, b) => ranked.columns[a]!.feature - ranked.columns[b]!.feature || a - b,
    );
    const words = blocks.reduce(
      (sum, block) => sum + 3 + blockWidth(model, block, order) + 4 * block.conditions.length,
      0,
    );
    let scratch = 0;
    for (const { tree } of byQuadrature) {
      const points = ruleFor(soft.distinctFeatures[tree]!).nodes.length;
      scratch = Math.max(scratch, scratchBytes(soft.depth[tree]! + 1, points));
    }
    const program = layout.take(4 * words);
    return {
      columnOrder,
      rows: layout.take(8 * chunkRows * model.featureNames.length),
      ranks: layout.take(4 * chunkRows),
      columns: layout.take(2 * chunkRows * columns),
      group: layout.take(byQuadrature.length > 0 ? 8 * GROUP_ROWS * columns : 0),
      offsets: layout.take(4 * chunkRows),
      sums: layout.take(8 * chunkRows * slots),
      values: layout.take(8 * chunkRows * slots),
      counts: layout.take(4 * MOST_INDEXES),
      scratch: layout.take(scratch),
      thresholds: ranked.thresholds.map((values) => layout.take(8 * values.length)),
      program,
      programEnd: program + 4 * words,
      tables: blocks.map((block) => layout.take(8 * 2 ** block.bits * blockWidth(model, block, order))),
      quadrature: new Map(
        plan.trees
          .filter((tree) => byQuadrature.includes(tree))
          .map(({ tree }) => [tree, layout.take(programBytes(model, soft, tree))]),
      ),
    };
  }

  private writeBlockPrograms(blocks: readonly Block[], order: 1 | 2): void {
    const { at, model, kernel } = this;
    const int32 = new Int32Array(kernel.buffer);
    let next = at.program >> 2;
    blocks.forEach((block, b) => {
      const slots = blockSlots(model, block, order);
      int32.set([at.tables[b]!, slots.length, block.conditions.length, ...slots], next);
      next += 3 + slots.length;
      for (const { column, threshold, flip, bit } of block.conditions) {
        int32.set([column, threshold, flip, bit], next);
        next += 4;
      }
    });
  }

  private fillTables(blocks: readonly Block[], order: 1 | 2, background: Matrix | undefined): void {
    const { at, model, kernel } = this;
    const counts = background === undefined ? [] : this.countBackground(blocks, background);
    blocks.forEach((block, b) => {
      const size = 2 ** block.bits * blockWidth(model, block, order);
      const table = new Float64Array(kernel.buffer, at.tables[b]!, size);
      fillBlockTable(model, block, order, table, counts[b]);
    });
  }

  /** How many background rows have each index of each block. */
  private countBackground(blocks: readonly Block[], background: Matrix): Int32Array[] {
    const { at, kernel, chunkRows } = this;
    const int32 = new Int32Array(kernel.buffer);
    const scratch = int32.subarray(at.counts >> 2, (at.counts >> 2) + MOST_INDEXES);
    const counts = blocks.map((block) => new Int32Array(2 ** block.bits));
    for (let start = 0; start < background.rows; start += chunkRows) {
      const count = Math.min(chunkRows, background.rows - start);
      const stride = padded(count);
      this.rank(background, start, count, stride);
      let program = at.program;
      blocks.forEach((block, b) => {
        const total = counts[b]!;
        scratch.fill(0, 0, total.length);
        kernel.countBlock(program, at.columns, stride, stride, count, at.offsets, at.counts);
        for (let index = 0; index < total.length; index++) total[index]! += scratch[index]!;
        program += 4 * (3 + int32[(program >> 2) + 1]! + 4 * block.conditions.length);
      });
    }
    return counts;
  }
}

/** Where everything is. */
interface Addresses {
  /** The columns, those of one feature together. */
  readonly columnOrder: readonly number[];
  readonly rows: number;
  readonly ranks: number;
  readonly columns: number;
  readonly group: number;
  readonly offsets: number;
  readonly sums: number;
  readonly values: number;
  readonly counts: number;
  readonly scratch: number;
  readonly thresholds: readonly number[];
  readonly program: number;
  readonly programEnd: number;
  readonly tables: readonly number[];
  readonly quadrature: ReadonlyMap<number, number>;
}

function chunkRowsFor(slots: number): number {
  const rows = Math.floor(SUMS_BYTES / (8 * Math.max(1, slots)) / 32) * 32;
  return Math.min(Math.max(rows, 32), MOST_CHUNK_ROWS);
}

/** Rows of a chunk as the kernel takes them: its vectors hold the indexes of 8. */
function padded(rows: number): number {
  return Math.ceil(rows / 8) * 8;
}
