import { readFileSync } from "node:fs";
import type { Hierarchy } from "../src/index.js";

/** One value, or nested arrays of them. */
export type Nested = number | Nested[];

interface Explained {
  values: Nested;
  baseValues: Nested;
}

interface Correlated {
  background: number[][];
  rows: number[][];
  coefficients: number[];
  intercept: number;
  values: Nested;
  expectedValue: number;
}

/** What Python's shap gave; see fixtures/make-explainers.py. */
export const python = JSON.parse(
  readFileSync(new URL("../fixtures/explainers.json", import.meta.url), "utf8"),
) as {
  linear: {
    background: number[][];
    rows: number[][];
    models: Record<
      "regression" | "logistic" | "multiclass",
      { coefficients: number[][]; intercepts: number[]; values: Nested; expectedValue: number[] }
    >;
  };
  correlation_dependent: Record<"plain" | "redundant" | "nearlyRedundant", Correlated>;
  functions: {
    background: number[][];
    rows: number[][];
    clustering: Hierarchy;
    exact: Record<"smooth" | "two_outputs" | "logit" | "logit_linearized", Explained>;
    owen: Record<"exact" | "partition", Explained>;
    kernel_logit: { values: Nested; baseValues: number };
  };
  sampled: {
    background: number[][];
    rows: number[][];
    budget: Record<"permutation" | "kernel" | "sampling", number>;
    exact: Explained;
  } & Record<"permutation" | "kernel" | "sampling", { values: Nested; std: Nested }>;
};

/** The functions of make-explainers.py. */
export const smooth = (rows: number[][]): number[] =>
  rows.map((x) => x[0]! * x[1]! + 2 * x[2]! * x[3]! * x[4]! - x[5]! + 0.5 * x[0]! * x[0]!);

export const twoOutputs = (rows: number[][]): number[][] =>
  smooth(rows).map((value, r) => [value, rows[r]![1]! * rows[r]![4]! - 3 * rows[r]![2]!]);

export const probability = (rows: number[][]): number[] =>
  smooth(rows).map((u) => 0.05 + 0.9 * ((u * u) / (1 + u * u)));

export const many = (rows: number[][]): number[] =>
  rows.map((x) => {
    let total = 0;
    for (let j = 0; j < 12; j++) {
      const triple = x[j]! * x[(j + 3) % 12]! * x[(j + 5) % 12]!;
      total += x[j]! * x[(j + 1) % 12]! + triple * (j % 2 === 1 ? 0.5 : -0.3);
    }
    return total;
  });

export const flat = (nested: Nested): number[] => [nested].flat(4) as number[];

/** The largest distance between two lists of numbers, relative to 1 or the larger number. */
export function largestDifference(actual: ArrayLike<number>, expected: Nested): number {
  const list = flat(expected);
  expect(actual.length).toBe(list.length);
  return list.reduce(
    (worst, value, i) => Math.max(worst, Math.abs(actual[i]! - value) / Math.max(1, Math.abs(value))),
    0,
  );
}
