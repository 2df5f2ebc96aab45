import { deviation, extent } from "d3-array";
import { SMALLEST_SPAN } from "../drawable.js";
import { quantiles } from "./quantiles.js";

export interface Density {
  /** Evenly spaced from below the smallest value to above the largest. */
  readonly positions: Float64Array;
  /** At each position, largest = 1. */
  readonly heights: Float64Array;
  readonly bandwidth: number;
}

const GRID = 512;

/**
 * A Gaussian kernel density estimate, over values gathered on a grid so that its cost does not grow with their
 * number. Bandwidth: Silverman's rule of thumb, 0.9 · min(σ, IQR / 1.34) · n^(-1/5) (Density Estimation, 1986, (3.31)).
 * @returns undefined where all values are the same: they have no density
 */
export function density(values: Float64Array, samples: number): Density | undefined {
  const [low, high] = extent(values) as [number, number];
  if (!(high - low > SMALLEST_SPAN)) return undefined;
  const bandwidth = silverman(values, high - low);
  const start = low - 3 * bandwidth;
  const width = (high + 3 * bandwidth - start) / (GRID - 1);
  const counts = gather(values, start, width);
  const positions = new Float64Array(samples);
  const heights = new Float64Array(samples);
  for (let s = 0; s < samples; s++) {
    positions[s] = start + (s / (samples - 1)) * width * (GRID - 1);
    const reach = Math.ceil((4 * bandwidth) / width);
    const centre = Math.round((positions[s]! - start) / width);
    for (let g = Math.max(0, centre - reach); g <= Math.min(GRID - 1, centre + reach); g++) {
      const z = (start + g * width - positions[s]!) / bandwidth;
      heights[s]! += counts[g]! * Math.exp(-0.5 * z * z);
    }
  }
  const highest = heights.reduce((a, b) => Math.max(a, b));
  return { positions, heights: heights.map((height) => height / highest), bandwidth };
}

function silverman(values: Float64Array, range: number): number {
  const [quarter, threeQuarters] = quantiles(values, [0.25, 0.75]) as [number, number];
  const spread = (threeQuarters - quarter) / 1.34;
  const sigma = deviation(values) ?? 0;
  const scale = spread > 0 ? Math.min(spread, sigma) : sigma;
  return Math.max(0.9 * scale * values.length ** -0.2, range / 150);
}

/** Shares each value between its two neighbours on the grid (linear binning). */
function gather(values: Float64Array, start: number, width: number): Float64Array {
  const counts = new Float64Array(GRID);
  for (const value of values) {
    const place = (value - start) / width;
    const left = Math.min(GRID - 2, Math.floor(place));
    counts[left]! += 1 - (place - left);
    counts[left + 1]! += place - left;
  }
  return counts;
}
