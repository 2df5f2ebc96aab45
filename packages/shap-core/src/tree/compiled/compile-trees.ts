import type { Matrix } from "../../model/matrix.js";
import type { TreeEnsemble } from "../../model/tree-ensemble.js";
import { ruleFor } from "../quadrature.js";
import type { SoftDecisions } from "../soft-decisions.js";
import type { Block } from "./block.js";
import { MOST_BITS } from "./block-plan.js";
import { blockSlots, blockWidth, fillBlockTable, slotCount } from "./block-tables.js";
import { type CompiledState, CompiledTrees, padded, type WorkArea } from "./compiled-trees.js";
import { createKernel, type Kernel } from "./kernel.js";
import { MemoryLayout } from "./memory-layout.js";
import { GROUP_ROWS, programBytes, scratchBytes, writeQuadrature } from "./quadrature-program.js";
import { type RankedColumns, rankColumns } from "./ranked-columns.js";
import { planTrees } from "./tree-plan.js";

export interface CompileOptions {
  /** 1: Shapley values; 2: pair interactions. */
  readonly order: 1 | 2;
  readonly maxTableBytes: number;
  /** Interventional tables from these rows; absent: path-dependent. */
  readonly background?: Matrix;
  readonly kernel?: "auto" | Kernel["kind"];
  /** Threads that will share the compiled model; absent: this one alone. */
  readonly threads?: number;
}

/** Sums of a chunk of rows: the more rows, the less often the tables go by; measured to be best at this size. */
const SUMS_BYTES = 2 * 1024 * 1024;
const MOST_CHUNK_ROWS = 8192;

/** Plans, lays out and fills a model's memory. */
export function compileTrees(
  model: TreeEnsemble,
  soft: SoftDecisions,
  options: CompileOptions,
): CompiledTrees {
  const { order, maxTableBytes, background, threads } = options;
  const ranked = rankColumns(model);
  const other = background === undefined ? "quadrature" : "pairs";
  const { trees, blocks: cuts } = planTrees(model, soft, ranked, order, maxTableBytes, other);
  const slots = slotCount(model, order);
  const chunkRows = chunkRowsFor(slots);
  const widthOf = (block: Block): number => blockWidth(model, block, order);
  // Alike ones together, so that the processor can guess how often the kernel's short loops turn.
  const blocks = cuts
    .flatMap((cut) => cut?.blocks ?? [])
    .filter((block) => widthOf(block) > 0)
    .sort((a, b) => a.conditions.length - b.conditions.length || widthOf(a) - widthOf(b));
  const integrated = order === 1 ? trees.filter((tree) => tree.method === "quadrature") : [];

  const layout = new MemoryLayout();
  const words = blocks.map((block) => 3 + widthOf(block) + 2 * block.conditions.length);
  const programBytesOfBlocks = 4 * words.reduce((a, b) => a + b, 0);
  const program = layout.take(programBytesOfBlocks);
  const thresholds = ranked.thresholds.map((values) => layout.take(8 * values.length));
  const tables = blocks.map((block) => layout.take(8 * 2 ** block.bits * widthOf(block)));
  const records = integrated.map(({ tree }) => layout.take(programBytes(model, soft, tree)));
  const scratch = Math.max(0, ...integrated.map(({ tree }) => scratchOf(soft, tree)));
  const work = Array.from({ length: threads ?? 1 }, () =>
    takeWorkArea(layout, ranked, model.featureNames.length, chunkRows, slots, scratch),
  );
  const counts = layout.take(background === undefined ? 0 : 4 * 2 ** MOST_BITS);

  const kernel = createKernel(layout.bytes, options.kernel, threads !== undefined);
  const { buffer, kind } = kernel;
  ranked.thresholds.forEach((values, j) => {
    new Float64Array(buffer, thresholds[j]!, values.length).set(values);
  });
  writeBlockPrograms(model, blocks, order, tables, program, buffer);
  const state: CompiledState = {
    plan: {
      kernel: kind,
      tableBytes: trees.reduce((sum, tree) => sum + tree.bytes, 0),
      memoryBytes: buffer.byteLength,
      trees,
    },
    leftOver: trees
      .filter(({ method }) => method === "pairs" || (method === "quadrature" && order === 2))
      .map(({ tree }) => tree),
    slots,
    chunkRows,
    ranked,
    columnOrder: Array.from(ranked.columns.keys()).sort(
      (a, b) => ranked.columns[a]!.feature - ranked.columns[b]!.feature || a - b,
    ),
    thresholds,
    program,
    programEnd: program + programBytesOfBlocks,
    quadratures: integrated.map(({ tree }, index) =>
      writeQuadrature(model, soft, ranked, tree, buffer, records[index]!),
    ),
    backgroundMean: new Float64Array(model.outputNames.length),
    work,
  };
  const compiled = new CompiledTrees(model, state, kernel);
  const indexCounts = background && countBackground(compiled, blocks, words, background, counts);
  blocks.forEach((block, b) => {
    const size = 2 ** block.bits * widthOf(block);
    const table = new Float64Array(buffer, tables[b]!, size);
    const indexes = indexCounts?.[b];
    fillBlockTable(model, block, order, table, indexes, indexes && state.backgroundMean);
  });
  return compiled;
}

function takeWorkArea(
  layout: MemoryLayout,
  ranked: RankedColumns,
  features: number,
  chunkRows: number,
  slots: number,
  scratch: number,
): WorkArea {
  const columns = ranked.columns.length;
  return {
    rows: layout.take(8 * chunkRows * features),
    ranks: layout.take(4 * chunkRows),
    columns: layout.take(2 * chunkRows * columns),
    group: layout.take(scratch > 0 ? 8 * GROUP_ROWS * columns : 0),
    offsets: layout.take(4 * chunkRows),
    sums: layout.take(8 * chunkRows * slots),
    values: layout.take(8 * chunkRows * slots),
    scratch: layout.take(scratch),
  };
}

function scratchOf(soft: SoftDecisions, tree: number): number {
  return scratchBytes(soft.depth[tree]! + 1, ruleFor(soft.distinctFeatures[tree]!).nodes.length);
}

function writeBlockPrograms(
  model: TreeEnsemble,
  blocks: readonly Block[],
  order: 1 | 2,
  tables: readonly number[],
  program: number,
  buffer: ArrayBufferLike,
): void {
  const int32 = new Int32Array(buffer);
  const int16 = new Int16Array(buffer);
  let next = program >> 2;
  blocks.forEach((block, b) => {
    const slots = blockSlots(model, block, order);
    const put = (value: number): void => {
      int32[next++] = value;
    };
    put(tables[b]!);
    put(slots.length);
    put(block.conditions.length);
    slots.forEach(put);
    for (const { column, threshold, flip, bit } of block.conditions) {
      put(column);
      int16[2 * next] = threshold;
      // The sign for flip; the assignment wraps it round to int16.
      int16[2 * next + 1] = flip === 0 ? bit : bit | 0x8000;
      next++;
    }
  });
}

/** How many background rows have each index of each block. */
function countBackground(
  compiled: CompiledTrees,
  blocks: readonly Block[],
  words: readonly number[],
  background: Matrix,
  scratch: number,
): Int32Array[] {
  const { kernel, state } = compiled;
  const area = state.work[0]!;
  const counts = blocks.map((block) => new Int32Array(2 ** block.bits));
  for (let start = 0; start < background.rows; start += state.chunkRows) {
    const count = Math.min(state.chunkRows, background.rows - start);
    const stride = padded(count);
    compiled.rank(background, start, count, stride);
    let { program } = state;
    blocks.forEach((_block, b) => {
      const total = counts[b]!;
      const found = new Int32Array(kernel.buffer, scratch, total.length).fill(0);
      kernel.countBlock(program, area.columns, stride, stride, count, area.offsets, scratch);
      for (let index = 0; index < total.length; index++) total[index]! += found[index]!;
      program += 4 * words[b]!;
    });
  }
  return counts;
}

function chunkRowsFor(slots: number): number {
  const rows = Math.floor(SUMS_BYTES / (8 * Math.max(1, slots)) / 32) * 32;
  return Math.min(Math.max(rows, 32), MOST_CHUNK_ROWS);
}
