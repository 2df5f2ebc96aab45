import { float64Below } from "../thresholds.js";

/** One step of arithmetic on a column, with a finite constant; `single` rounds its result to float32. */
export interface Step {
  readonly kind: "round" | "add" | "subtract" | "multiply" | "divide";
  readonly by: number;
  readonly single: boolean;
}

/** A column that an operator sees: a feature of the model's input, and what was done to it on the way. */
export interface Column {
  readonly feature: number;
  readonly steps: readonly Step[];
}

/** The value an operator sees where the feature is `x`. */
export function columnValue(column: Column, x: number): number {
  let value = x;
  for (const { kind, by, single } of column.steps) {
    if (kind === "add") value += by;
    else if (kind === "subtract") value -= by;
    else if (kind === "multiply") value *= by;
    else if (kind === "divide") value /= by;
    // For one operation on float32 numbers, rounding the float64 result gives the float32 result.
    if (single) value = Math.fround(value);
  }
  return value;
}

/** A column as slope · x + shift, rounding aside. */
export function columnLine(column: Column): { slope: number; shift: number } {
  let slope = 1;
  let shift = 0;
  for (const { kind, by } of column.steps) {
    if (kind === "add") shift += by;
    else if (kind === "subtract") shift -= by;
    else if (kind === "multiply") {
      slope *= by;
      shift *= by;
    } else if (kind === "divide") {
      slope /= by;
      shift /= by;
    }
  }
  return { slope, shift };
}

/** A test on a feature itself: `x <= threshold`, or where the column falls as the feature rises, its opposite. */
export interface FeatureTest {
  readonly threshold: number;
  /** Whether the test on the column is true where `x <= threshold` is false. */
  readonly negated: boolean;
}

/**
 * The test `column <= threshold` (`< threshold` where strict) as a test on the feature. Every step is monotone, so the
 * test changes sides at one float64 number, which bisection over all float64 numbers finds: roundings are accounted
 * for exactly, whatever the chain of steps.
 */
export function featureTest(column: Column, threshold: number, strict: boolean): FeatureTest {
  const bound = strict ? float64Below(threshold) : threshold;
  if (column.steps.length === 0) return { threshold: bound, negated: false };
  const isTrue = (x: number) => columnValue(column, x) <= bound;
  const falls = columnLine(column).slope < 0;
  return falls
    ? { threshold: lastWhere((x) => !isTrue(x)), negated: true }
    : { threshold: lastWhere(isTrue), negated: false };
}

/** The largest float64 for which a condition that turns from true to false holds; NaN where it never holds. */
function lastWhere(holds: (x: number) => boolean): number {
  if (holds(Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY;
  if (!holds(Number.NEGATIVE_INFINITY)) return Number.NaN;
  let low = orderOf(Number.NEGATIVE_INFINITY);
  let high = orderOf(Number.POSITIVE_INFINITY);
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (holds(atOrder(middle))) low = middle;
    else high = middle;
  }
  return atOrder(low);
}

const float64 = new Float64Array(1);
const bits = new BigInt64Array(float64.buffer);

/** Where a float64 stands among all float64 numbers: whole numbers that rise as the float64 rises, 0 at zero. */
function orderOf(x: number): bigint {
  float64[0] = x;
  const pattern = bits[0]!;
  return pattern >= 0n ? pattern : -(pattern & 0x7fffffffffffffffn);
}

function atOrder(order: bigint): number {
  bits[0] = order >= 0n ? order : -order | -0x8000000000000000n;
  return float64[0]!;
}
