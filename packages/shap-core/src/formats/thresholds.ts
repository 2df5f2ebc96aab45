/**
 * Every library's split test as the one test of a TreeEnsemble: `x <= threshold` in float64.
 *
 * A test in float32 splits the real line at a float32 value; between two neighbouring float32 values rounding
 * splits it at their midpoint, which float64 holds exactly. So there is always one float64 threshold that sends
 * every float64 input the way the library sends its float32 rounding.
 */

const float64 = new Float64Array(1);
const float64Bits = new BigInt64Array(float64.buffer);
const float32 = new Float32Array(1);
const float32Bits = new Int32Array(float32.buffer);

/** `float32(x) < threshold`, as XGBoost tests. The threshold is rounded to float32 first. */
export function lessThanFloat32(threshold: number): number {
  return largestFloat64RoundingTo(float32Below(Math.fround(threshold)));
}

/** `float32(x) <= threshold`, as scikit-learn (float64 threshold) and CatBoost (float32 border) test. */
export function atMostFloat32(threshold: number): number {
  const rounded = Math.fround(threshold);
  return largestFloat64RoundingTo(rounded <= threshold ? rounded : float32Below(rounded));
}

/** `x < threshold` in float64. */
export function lessThanFloat64(threshold: number): number {
  return float64Below(threshold);
}

/** The largest float64 below a number; NaN below −Infinity, so that nothing is at most it. */
export function float64Below(x: number): number {
  if (Number.isNaN(x) || x === Number.NEGATIVE_INFINITY) return Number.NaN;
  if (x === 0) return -Number.MIN_VALUE;
  float64[0] = x;
  float64Bits[0]! += x > 0 ? -1n : 1n;
  return float64[0];
}

/** The largest float32 below a float32 number; NaN below −Infinity. */
function float32Below(x: number): number {
  if (Number.isNaN(x) || x === Number.NEGATIVE_INFINITY) return Number.NaN;
  if (x === 0) return -(2 ** -149);
  float32[0] = x;
  float32Bits[0]! += x > 0 ? -1 : 1;
  return float32[0];
}

/** The float32 value above a finite float32 number, as a float64 (2^128 above the largest). */
function float32Above(x: number): number {
  if (x === 0) return 2 ** -149;
  float32[0] = x;
  float32Bits[0]! += x > 0 ? 1 : -1;
  return float32[0] === Number.POSITIVE_INFINITY ? 2 ** 128 : float32[0];
}

function largestFloat64RoundingTo(value: number): number {
  if (!Number.isFinite(value)) return value === Number.NEGATIVE_INFINITY ? -(2 ** 128 - 2 ** 103) : value;
  const midpoint = (value + float32Above(value)) / 2;
  return Math.fround(midpoint) <= value ? midpoint : float64Below(midpoint);
}
