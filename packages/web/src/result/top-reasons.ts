import type { Explanation } from "shap-core";

export interface Reason {
  readonly feature: string;
  /** How far the feature moved this row's output. */
  readonly contribution: number;
  /** What the row holds; null is a missing value. */
  readonly value: number | null;
}

/** For each row (and output, where there are several) the k features that moved it most, the strongest first. */
export function topReasons(explanation: Explanation, k: number): Reason[][] | Reason[][][] {
  const { data, featureNames, outputNames, values } = explanation;
  const outputs = outputNames.length;
  const reasonsOf = (row: number, output: number): Reason[] =>
    strongest(featureNames.length, k, (j) => values[(row * featureNames.length + j) * outputs + output]!).map(
      ([j, contribution]) => {
        const value = data.data[row * data.columns + j]!;
        return { feature: featureNames[j]!, contribution, value: Number.isFinite(value) ? value : null };
      },
    );
  const rows = Array.from({ length: data.rows }, (_, row) => row);
  if (outputs === 1) return rows.map((row) => reasonsOf(row, 0));
  return rows.map((row) => outputNames.map((_, output) => reasonsOf(row, output)));
}

/** The k features of largest absolute contribution, with it; ties in the model's order. */
export function strongest(
  features: number,
  k: number,
  contribution: (feature: number) => number,
): [number, number][] {
  const all = Array.from({ length: features }, (_, j): [number, number] => [j, contribution(j)]);
  return all.sort(([, a], [, b]) => Math.abs(b) - Math.abs(a)).slice(0, k);
}
