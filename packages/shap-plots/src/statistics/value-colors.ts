import { quantile } from "d3-array";

export interface ValueColors {
  /** Each value's place between low and high, 0 to 1; NaN where it is missing. */
  readonly positions: Float64Array;
  /** What counts as low and high; NaN where no value is known. */
  readonly low: number;
  readonly high: number;
  readonly missing: boolean;
}

/**
 * Where each value of a feature lies between low and high. As in Python's shap low and high are the 5th and 95th
 * percentiles, so that outliers do not bleach the rest; where these are equal the 1st and 99th, and then the extremes.
 * A feature of one value lies in the middle.
 */
export function valueColors(values: Float64Array): ValueColors {
  const known = values.filter((value) => !Number.isNaN(value));
  let [low, high] = [Number.NaN, Number.NaN];
  for (const tail of [0.05, 0.01, 0]) {
    low = quantile(known, tail) ?? Number.NaN;
    high = quantile(known, 1 - tail) ?? Number.NaN;
    if (low < high && Number.isFinite(high - low)) break;
  }
  const position = (value: number) => {
    if (Number.isNaN(value)) return Number.NaN;
    return low < high ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5;
  };
  return { positions: values.map(position), low, high, missing: known.length < values.length };
}
