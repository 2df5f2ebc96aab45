import { ShapeError } from "../errors.js";
import type { Explanation } from "../explanation.js";

/** Explanations by the name of the cohort, in order of first appearance. */
export type Cohorts = Map<string, Explanation>;

export function labelledCohorts(
  explanation: Explanation,
  labels: readonly (string | number | boolean)[],
): Cohorts {
  if (labels.length !== explanation.data.rows) {
    throw new ShapeError(`${labels.length} cohort labels for ${explanation.data.rows} rows; give one a row`);
  }
  const rows = new Map<string, number[]>();
  labels.forEach((label, row) => {
    const list = rows.get(String(label));
    if (list === undefined) rows.set(String(label), [row]);
    else list.push(row);
  });
  return new Map(Array.from(rows, ([name, list]) => [name, explanation.select({ rows: list })]));
}

/** A split of rows on one feature; a missing value goes left, below every number. */
interface Split {
  readonly feature: number;
  readonly threshold: number;
  /** By how much it lessens the squared distance of the rows' values to their mean. */
  readonly gain: number;
}

interface Leaf {
  readonly name: readonly string[];
  readonly rows: readonly number[];
  readonly split: Split | undefined;
}

export function autoCohorts(explanation: Explanation, most: number): Cohorts {
  if (explanation.outputNames.length > 1) {
    throw new ShapeError("cohorts are found for one output: call `output(name)` first");
  }
  if (!Number.isInteger(most) || most < 1)
    throw new ShapeError(`cohorts: expected a whole number above zero, got ${most}`);
  const all = Array.from({ length: explanation.data.rows }, (_, row) => row);
  const leaves: Leaf[] = [leafOf(explanation, [], all)];
  while (leaves.length < most) {
    // The leaf whose split gains most; the first of equals, so that runs repeat.
    const best = leaves.reduce((a, b) => ((b.split?.gain ?? 0) > (a.split?.gain ?? 0) ? b : a));
    if (best.split === undefined) break;
    const { feature, threshold } = best.split;
    const goesLeft = (row: number) => !(datum(explanation, row, feature) >= threshold);
    const condition = explanation.featureNames[feature]!;
    leaves.splice(
      leaves.indexOf(best),
      1,
      leafOf(explanation, [...best.name, `${condition} < ${threshold}`], best.rows.filter(goesLeft)),
      leafOf(
        explanation,
        [...best.name, `${condition} >= ${threshold}`],
        best.rows.filter((row) => !goesLeft(row)),
      ),
    );
  }
  return new Map(
    leaves.map(({ name, rows }) => [name.join(" & ") || "all rows", explanation.select({ rows })]),
  );
}

function leafOf(explanation: Explanation, name: readonly string[], rows: readonly number[]): Leaf {
  let split: Split | undefined;
  for (let feature = 0; feature < explanation.featureNames.length; feature++) {
    const candidate = bestSplit(explanation, rows, feature);
    if (candidate !== undefined && candidate.gain > (split?.gain ?? 0)) split = candidate;
  }
  return { name, rows, split };
}

/** The threshold on a feature that lessens the squared error most: Σ|left|²/n_left + Σ|right|²/n_right grows most. */
function bestSplit(explanation: Explanation, rows: readonly number[], feature: number): Split | undefined {
  const width = explanation.featureNames.length;
  const key = (row: number) => {
    const value = datum(explanation, row, feature);
    return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
  };
  const sorted = rows.slice().sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a - b));
  const total = new Float64Array(width);
  for (const row of sorted) for (let j = 0; j < width; j++) total[j]! += explanation.values[row * width + j]!;
  const left = new Float64Array(width);
  const whole = squaredLength(total) / sorted.length;
  let best: Split | undefined;
  for (let i = 0; i + 1 < sorted.length; i++) {
    for (let j = 0; j < width; j++) left[j]! += explanation.values[sorted[i]! * width + j]!;
    const here = key(sorted[i]!);
    const next = key(sorted[i + 1]!);
    if (here === next) continue;
    const right = total.map((sum, j) => sum - left[j]!);
    const gain = squaredLength(left) / (i + 1) + squaredLength(right) / (sorted.length - i - 1) - whole;
    // Rounding alone is no reason to split.
    if (gain <= 1e-12 * Math.abs(whole) || gain <= (best?.gain ?? 0)) continue;
    const middle = (here + next) / 2;
    best = { feature, threshold: middle > here && middle <= next ? middle : next, gain };
  }
  return best;
}

const squaredLength = (vector: Float64Array): number => vector.reduce((sum, x) => sum + x * x, 0);

function datum({ data }: Explanation, row: number, feature: number): number {
  return data.data[row * data.columns + feature]!;
}
