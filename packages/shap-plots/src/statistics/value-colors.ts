import { isDrawable } from "../drawable.js";
import { quantiles } from "./quantiles.js";

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
 * A feature of one value lies in the middle, infinite values at the ends.
 */
export function valueColors(values: Float64Array): ValueColors {
  const known = values.filter(isDrawable);
  const [p0, p1, p5, p95, p99, p100] = quantiles(known, [0, 0.01, 0.05, 0.95, 0.99, 1]) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const ranges = [
    [p5, p95],
    [p1, p99],
    [p0, p100],
  ] as const;
  const [low, high] = ranges.find((range) => range[0] < range[1]) ?? [p0, p100];
  const position = (value: number) => {
    if (Number.isNaN(value)) return Number.NaN;
    if (!isDrawable(value)) return value > 0 ? 1 : 0;
    return low < high ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5;
  };
  return { positions: values.map(position), low, high, missing: values.some(Number.isNaN) };
}
