import type { Matrix } from "../../model/matrix.js";
import type { TreeEnsemble } from "../../model/tree-ensemble.js";
import type { Kernel } from "./kernel.js";
import { GROUP_ROWS, type QuadratureProgram } from "./quadrature-program.js";
import { fillColumn, type RankedColumns } from "./ranked-columns.js";
import type { ExplainerPlan } from "./tree-plan.js";

/** Where a thread works: addresses in the kernel's memory. */
export interface WorkArea {
  /** Rows as they came, features × chunk rows float64. */
  readonly rows: number;
  /** Ranks of one feature, int32. */
  readonly ranks: number;
  /** Columns × chunk rows int16. */
  readonly columns: number;
  /** Columns × GROUP_ROWS float64, for quadrature. */
  readonly group: number;
  readonly offsets: number;
  /** Slots × chunk rows float64, and the same turned round. */
  readonly sums: number;
  readonly values: number;
  readonly scratch: number;
}

/** A compiled model without its memory: plain data that threads can be sent. */
export interface CompiledState {
  readonly plan: ExplainerPlan;
  /** Trees that are in neither tables nor programs; the caller explains them. */
  readonly leftOver: readonly number[];
  /** Sums a row has. */
  readonly slots: number;
  /** Rows that go through together at most. */
  readonly chunkRows: number;
  readonly ranked: RankedColumns;
  /** The columns, those of one feature together. */
  readonly columnOrder: readonly number[];
  /** Per feature, its ascending thresholds. */
  readonly thresholds: readonly number[];
  /** From where to where the programs of the blocks are. */
  readonly program: number;
  readonly programEnd: number;
  readonly quadratures: readonly QuadratureProgram[];
  /** With a background: its mean over the trees in tables, one an output. */
  readonly backgroundMean: Float64Array;
  /** One a thread. */
  readonly work: readonly WorkArea[];
}

/**
 * A model made ready for explaining: its thresholds as ranks, its trees as tables or quadrature programs, all in one
 * memory where the kernel works. Rows go through in chunks: rows → ranks → sums (by slot) → values.
 */
export class CompiledTrees {
  private readonly work: WorkArea;

  constructor(
    private readonly model: TreeEnsemble,
    readonly state: CompiledState,
    readonly kernel: Kernel,
    thread = 0,
  ) {
    this.work = state.work[thread]!;
  }

  get plan(): ExplainerPlan {
    return this.state.plan;
  }

  /** Writes rows × slots sums to `out`, replacing what was there. */
  explain(rows: Matrix, out: Float64Array): void {
    const { work, kernel } = this;
    const { slots, chunkRows, program, programEnd } = this.state;
    for (let start = 0; start < rows.rows; start += chunkRows) {
      const count = Math.min(chunkRows, rows.rows - start);
      const stride = padded(count);
      this.rank(rows, start, count, stride);
      new Float64Array(kernel.buffer, work.sums, stride * slots).fill(0);
      if (count === 1) kernel.addRow(program, programEnd, work.columns, stride, work.offsets, work.sums);
      else {
        // Table rows are added two at a time: few rows, as a direct request has, need not pay for a whole padding.
        const even = count + (count & 1);
        kernel.addBlocks(program, programEnd, work.columns, stride, even, work.offsets, work.sums);
      }
      this.addQuadratures(count, stride);
      kernel.transpose(work.sums, stride, count, slots, work.values);
      out.set(new Float64Array(kernel.buffer, work.values, count * slots), start * slots);
    }
  }

  /** Fills the columns with the ranks of `count` rows, `stride` to a column. */
  rank(rows: Matrix, start: number, count: number, stride: number): void {
    const { model, kernel, work } = this;
    const { ranked, columnOrder, thresholds } = this.state;
    const features = rows.columns;
    const input = new Float64Array(kernel.buffer, work.rows, count * features);
    input.set(rows.data.subarray(start * features, (start + count) * features));
    const ranks = new Int32Array(kernel.buffer, work.ranks, count);
    let feature = -1;
    for (const c of columnOrder) {
      const column = ranked.columns[c]!;
      if (column.feature !== feature) {
        feature = column.feature;
        const first = work.rows + 8 * feature;
        const size = ranked.thresholds[feature]!.length;
        kernel.rankFeature(first, 8 * features, count, thresholds[feature]!, size, work.ranks);
      }
      const out = new Int16Array(kernel.buffer, work.columns + 2 * stride * c, count);
      fillColumn(model, column, input, feature, features, count, ranks, out);
    }
  }

  private addQuadratures(count: number, stride: number): void {
    const { kernel, work, model } = this;
    const { ranked, quadratures } = this.state;
    if (quadratures.length === 0) return;
    const ranks = new Int16Array(kernel.buffer, work.columns, ranked.columns.length * stride);
    const group = new Float64Array(kernel.buffer, work.group, ranked.columns.length * GROUP_ROWS);
    for (let from = 0; from < count; from += GROUP_ROWS) {
      const rows = Math.min(GROUP_ROWS, Math.ceil((count - from) / 2) * 2);
      for (let c = 0; c < ranked.columns.length; c++) {
        for (let r = 0; r < rows; r++) group[c * rows + r] = ranks[c * stride + from + r]!;
      }
      for (const { tree, points, levels, root, rule } of quadratures) {
        const width = model.data.treeOutput[tree]! >= 0 ? 1 : model.outputNames.length;
        for (let k = 0; k < width; k++) {
          const sums = work.sums + 8 * (from + k * stride);
          kernel.addTree(root, rule, points, levels, work.group, rows, sums, stride, 8 * k, work.scratch);
        }
      }
    }
  }
}

/** Rows of a chunk as the kernel takes them: its vectors hold the indexes of 8. */
export function padded(rows: number): number {
  return Math.ceil(rows / 8) * 8;
}
