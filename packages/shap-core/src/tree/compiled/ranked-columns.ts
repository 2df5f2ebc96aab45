import {
  CATEGORICAL,
  LEAF,
  MISSING_LEFT,
  type TreeEnsemble,
  ZERO_IS_MISSING,
  ZERO_THRESHOLD,
} from "../../model/tree-ensemble.js";

/** Ranks of one column: a missing value is below or above all of them, so that the test alone sends it its way. */
const MISSING_BELOW = -32768;
const MISSING_ABOVE = 32767;
/** Thresholds of a column; a feature with more has several columns. */
const COLUMN_THRESHOLDS = 32766;

/** A column of int16 ranks of one feature. */
export interface NumericColumn {
  readonly kind: "numeric";
  readonly feature: number;
  readonly missing: number;
  readonly zeroIsMissing: boolean;
  /** How many thresholds of the feature are in earlier columns. */
  readonly first: number;
}

/** A column with the answer of one node's categorical test: 0 left, 1 right. */
export interface AnswerColumn {
  readonly kind: "answer";
  readonly feature: number;
  readonly node: number;
}

export type Column = NumericColumn | AnswerColumn;

/**
 * Every test of a model as `rank > threshold` on an int16 column, where true sends the row right: float32, `<` and
 * `<=`, missing values, zeros and categories are all gone from the inner loops.
 */
export interface RankedColumns {
  readonly columns: readonly Column[];
  /** Per node of the model, its test. */
  readonly column: Int32Array;
  readonly threshold: Int16Array;
  /** Per feature, its distinct thresholds, ascending. */
  readonly thresholds: readonly Float64Array[];
}

export function rankColumns(model: TreeEnsemble): RankedColumns {
  const { feature, flags, threshold: thresholdOf, categorySet } = model.data;
  const thresholds = distinctThresholds(model);
  const columns: Column[] = [];
  const known = new Map<number | string, number>();
  const idOf = (key: number | string, make: () => Column): number => {
    let id = known.get(key);
    if (id === undefined) {
      id = columns.push(make()) - 1;
      known.set(key, id);
    }
    return id;
  };
  const rankOf = thresholds.map((values) => new Map(Array.from(values, (value, rank) => [value, rank])));
  const column = new Int32Array(model.nodeCount).fill(-1);
  const threshold = new Int16Array(model.nodeCount);
  for (let node = 0; node < model.nodeCount; node++) {
    const j = feature[node]!;
    if (j === LEAF) continue;
    const flag = flags[node]!;
    if ((flag & CATEGORICAL) !== 0) {
      column[node] = idOf(`${j} ${flag} set ${categorySet[node]}`, () => ({
        kind: "answer",
        feature: j,
        node,
      }));
      continue;
    }
    // A NaN threshold sends every present value right: no rank is at most −1.
    const rank = Number.isNaN(thresholdOf[node]!) ? -1 : rankOf[j]!.get(thresholdOf[node]!)!;
    const piece = Math.max(0, Math.floor(rank / COLUMN_THRESHOLDS));
    column[node] = idOf((j * 8 + flag) * 65536 + piece, () => ({
      kind: "numeric",
      feature: j,
      missing: (flag & MISSING_LEFT) !== 0 ? MISSING_BELOW : MISSING_ABOVE,
      zeroIsMissing: (flag & ZERO_IS_MISSING) !== 0,
      first: piece * COLUMN_THRESHOLDS,
    }));
    threshold[node] = rank - piece * COLUMN_THRESHOLDS;
  }
  return { columns, column, threshold, thresholds };
}

/**
 * Fills one column for some rows.
 * @param values the feature's first value in `data`, the next row's `stride` further
 * @param ranks the feature's rank of each row, −1 where the value is NaN
 */
export function fillColumn(
  model: TreeEnsemble,
  column: Column,
  data: Float64Array,
  values: number,
  stride: number,
  rows: number,
  ranks: Int32Array,
  out: Int16Array,
): void {
  if (column.kind === "answer") {
    for (let r = 0; r < rows; r++) out[r] = model.goesLeft(column.node, data[values + r * stride]!) ? 0 : 1;
    return;
  }
  const { missing, first } = column;
  for (let r = 0; r < rows; r++) {
    const rank = ranks[r]!;
    out[r] = rank < 0 ? missing : Math.min(Math.max(rank - first, 0), COLUMN_THRESHOLDS);
  }
  if (!column.zeroIsMissing) return;
  for (let r = 0; r < rows; r++) {
    if (Math.abs(data[values + r * stride]!) <= ZERO_THRESHOLD) out[r] = missing;
  }
}

function distinctThresholds(model: TreeEnsemble): Float64Array[] {
  const { feature, flags, threshold } = model.data;
  const sets = model.featureNames.map(() => new Set<number>());
  for (let node = 0; node < model.nodeCount; node++) {
    const j = feature[node]!;
    if (j === LEAF || (flags[node]! & CATEGORICAL) !== 0 || Number.isNaN(threshold[node]!)) continue;
    sets[j]!.add(threshold[node]!);
  }
  return sets.map((set) => Float64Array.from(set).sort());
}
