import { isDrawable } from "../drawable.js";
import { column, type Selection } from "../selection.js";

/**
 * The feature that best explains what `feature` alone does not: the one whose values go with the contributions of
 * `feature` among rows where `feature` itself hardly varies. As `approximate_interactions` of Python's shap
 * (https://github.com/shap/shap/blob/v0.51.0/shap/utils/_general.py): rows are sorted by the feature, cut into
 * windows of at most 50, and the absolute correlations of all windows added; whether a value is missing counts as well.
 * Where shap drops a window with a missing value, its known values are used.
 * @returns undefined where nothing interacts, or there are too few rows to tell
 */
export function strongestInteraction(selection: Selection, feature: number): number | undefined {
  const { features, data, values } = selection;
  const own = column(data, features, feature);
  const order = Array.from(own, (_, r) => r)
    .filter((r) => !Number.isNaN(own[r]!))
    .sort((a, b) => own[a]! - own[b]! || a - b);
  const window = Math.max(Math.min(Math.floor(order.length / 10), 50), 1);
  if (window < 3) return undefined;
  const contributions = Float64Array.from(order, (r) => values[r * features + feature]!);
  let best: number | undefined;
  let bestStrength = 0;
  for (let other = 0; other < features; other++) {
    if (other === feature) continue;
    const cells = Float64Array.from(order, (r) => data[r * features + other]!);
    const missing = cells.map((cell) => (Number.isNaN(cell) ? 1 : 0));
    const strength = Math.max(
      windowedCorrelation(cells, contributions, window),
      windowedCorrelation(missing, contributions, window),
    );
    if (strength > bestStrength * (1 + 1e-9)) [best, bestStrength] = [other, strength];
  }
  return best;
}

function windowedCorrelation(x: Float64Array, y: Float64Array, window: number): number {
  let sum = 0;
  for (let from = 0; from < x.length; from += window) {
    sum += Math.abs(correlation(x, y, from, Math.min(from + window, x.length)));
  }
  return sum;
}

/** Pearson's r of a stretch where x is finite; 0 where one of the two does not vary. */
function correlation(x: Float64Array, y: Float64Array, from: number, to: number): number {
  let [count, sumX, sumY] = [0, 0, 0];
  for (let i = from; i < to; i++) {
    if (!isDrawable(x[i]!)) continue;
    count++;
    sumX += x[i]!;
    sumY += y[i]!;
  }
  const [meanX, meanY] = [sumX / count, sumY / count];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = from; i < to; i++) {
    if (!isDrawable(x[i]!)) continue;
    const [dx, dy] = [x[i]! - meanX, y[i]! - meanY];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  const r = xy / Math.sqrt(xx * yy);
  return Number.isFinite(r) ? r : 0;
}
