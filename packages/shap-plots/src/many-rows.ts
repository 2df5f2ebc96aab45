import { restLabel } from "./drawing/feature-value.js";
import { columnOfNumbers } from "./drawing/numbers.js";
import type { RowLabel } from "./drawing/row-labels.js";
import type { PlotSettings } from "./options.js";
import { column, type Selection } from "./selection.js";
import { meanAbsolute, rank, restOf } from "./statistics/importance.js";
import { valueColors } from "./statistics/value-colors.js";

/** One line of a plot of many rows: a feature, or the sum of those that are not shown one by one. */
export interface Strip {
  /** The contributions, one a row. */
  readonly values: Float64Array;
  /** The feature values from 0 (low) to 1 (high), NaN missing, one a row; absent for the sum of the rest. */
  readonly colors?: Float64Array;
}

export interface ManyRows {
  readonly features: readonly Strip[];
  readonly labels: readonly RowLabel[];
  /** Whether any feature value of a strip is missing. */
  readonly missing: boolean;
  /** The most important features with their mean absolute contribution, in words. */
  readonly summary: string;
}

/** The features of a selection in order of their mean absolute contribution, the rest last. */
export function manyRows(selection: Selection, settings: PlotSettings): ManyRows {
  const { featureNames, features, values, data, rows } = selection;
  const importance = meanAbsolute(selection);
  const { shown, rest } = rank(importance, settings.maxDisplay);
  let missing = false;
  const strips: Strip[] = shown.map((f) => {
    const colors = valueColors(column(data, features, f));
    missing ||= colors.missing;
    return { values: column(values, features, f), colors: colors.positions };
  });
  const labels: RowLabel[] = shown.map((f) => ({ name: featureNames[f]! }));
  if (rest.length > 0) {
    strips.push({ values: Float64Array.from({ length: rows }, (_, r) => restOf(selection, rest, r)) });
    labels.push({ name: restLabel(rest.length, shown.length), quiet: true });
  }
  const numbers = columnOfNumbers(importance[shown[0] ?? rest[0]!]!);
  const summary = shown
    .slice(0, 5)
    .map((f) => `${featureNames[f]} (mean |SHAP value| ${numbers.plain(importance[f]!)})`)
    .join(", ");
  return {
    features: strips,
    labels,
    missing,
    summary: summary === "" ? restLabel(rest.length, 0) : summary,
  };
}
