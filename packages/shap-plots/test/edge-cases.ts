import { Explanation } from "shap-core";
import {
  bar,
  beeswarm,
  decision,
  force,
  heatmap,
  type PlotOptions,
  scatter,
  violin,
  waterfall,
} from "../src/index.js";

/** Every plot, called the same way; scatter draws the first feature. */
export const allPlots: Readonly<Record<string, (explanation: Explanation, options?: PlotOptions) => string>> =
  {
    waterfall,
    bar,
    beeswarm,
    force,
    scatter: (explanation, options) => scatter(explanation, { feature: 0, ...options }),
    heatmap,
    decision,
    violin,
  };

interface Shape {
  readonly rows: number;
  readonly names: readonly string[];
  readonly base?: number;
  value(row: number, feature: number): number;
  cell(row: number, feature: number): number;
}

/** An explanation with one output whose numbers come from two functions. */
export function explanationOf({ rows, names, base = 0, value, cell }: Shape): Explanation {
  const each = (number: (row: number, feature: number) => number) =>
    Float64Array.from({ length: rows * names.length }, (_, i) =>
      number(Math.floor(i / names.length), i % names.length),
    );
  return new Explanation({
    values: each(value),
    baseValues: Float64Array.of(base),
    data: { data: each(cell), rows, columns: names.length },
    featureNames: names,
    outputNames: ["output"],
  });
}

/** Numbers between -1 and 1 that look random and are the same everywhere. */
export function wobble(a: number, b: number): number {
  let state = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
  state = Math.imul(state ^ (state >>> 12), 0x297a2d39);
  return ((state ^ (state >>> 15)) >>> 0) / 2 ** 31 - 1;
}

export const numbered = (count: number) => Array.from({ length: count }, (_, f) => `feature_${f}`);

const hostileNames = [
  `"quoted" & 'single'`,
  "<script>alert(1)</script>",
  "]]> <!-- --> &amp;",
  "🏠 house price 🇩🇪 👩‍👩‍👧",
  "住宅ローン金利の長い名前がここに入ります、とても長い名前です",
  "mean_of_the_monthly_current_account_balance_over_the_last_twelve_months_eur",
  "line\nbreak\tand\u0000control",
  "constructor",
];

export const edgeCases: Readonly<Record<string, () => Explanation>> = {
  "one feature": () =>
    explanationOf({ rows: 30, names: ["only"], base: 1, value: (r) => wobble(r, 0), cell: (r) => r }),
  "500 features": () =>
    explanationOf({
      rows: 60,
      names: numbered(500),
      value: (r, f) => wobble(r, f) / (f + 1),
      cell: (r, f) => wobble(f, r),
    }),
  "all values zero": () =>
    explanationOf({ rows: 25, names: numbered(5), base: 0, value: () => 0, cell: (r, f) => r * f }),
  "one row": () =>
    explanationOf({
      rows: 1,
      names: numbered(6),
      base: 0.2,
      value: (_, f) => wobble(3, f),
      cell: (_, f) => f,
    }),
  "missing data": () =>
    explanationOf({
      rows: 40,
      names: numbered(5),
      value: (r, f) => wobble(r, f),
      cell: (r, f) => (f === 0 || (r + f) % 3 === 0 ? Number.NaN : wobble(f, r)),
    }),
  "tiny values": () =>
    explanationOf({
      rows: 40,
      names: numbered(5),
      base: 2e-12,
      value: (r, f) => 1e-12 * wobble(r, f),
      cell: (r, f) => 1e-12 * wobble(f, r),
    }),
  "huge values": () =>
    explanationOf({
      rows: 40,
      names: numbered(5),
      base: 3e12,
      value: (r, f) => 1e12 * wobble(r, f),
      cell: (r, f) => 1e12 * wobble(f, r),
    }),
  "tiny steps on a huge base": () =>
    explanationOf({
      rows: 12,
      names: numbered(3),
      base: 1e12,
      value: (r, f) => 1e-12 * wobble(r, f),
      cell: (r) => r,
    }),
  "infinite data": () =>
    explanationOf({
      rows: 20,
      names: numbered(3),
      value: (r, f) => wobble(r, f),
      cell: (r, f) =>
        r % 7 === 0 ? Number.POSITIVE_INFINITY : r % 5 === 0 ? Number.NEGATIVE_INFINITY : wobble(f, r),
    }),
  "hostile names": () =>
    explanationOf({
      rows: 30,
      names: hostileNames,
      value: (r, f) => wobble(r, f) * (8 - f),
      cell: (r, f) => wobble(f, r),
    }),
  "two equal rows": () =>
    explanationOf({ rows: 2, names: numbered(3), value: (_, f) => f - 1, cell: (_, f) => f }),
};
