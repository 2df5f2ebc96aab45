import { quantileSorted } from "d3-array";

/**
 * The quantiles of finite numbers at each of `places` (0 to 1), interpolated linearly between neighbours as numpy
 * does; NaN for no numbers. Sorts a typed array once, which is many times faster than d3's selection from a copy.
 */
export function quantiles(values: Float64Array, places: readonly number[]): number[] {
  // d3's types ask for an array; it reads indexes and the length only.
  const sorted = values.slice().sort() as ArrayLike<number> as number[];
  return places.map((place) => quantileSorted(sorted, place) ?? Number.NaN);
}
