import { textTable } from "../tree/text-table.js";
import type { Parts, Variant } from "./python-service.js";

const programs = ["web", "worker", "redis"] as const;

/** One table through one service: seconds by the clock, and of processor in each process. */
export interface Run {
  seconds: number;
  cpu: Readonly<Record<(typeof programs)[number], number>>;
}

/** The same table through the Python service and through this one, once as JSON like there and once as CSV. */
export interface Pair {
  python: Run;
  ownJson: Run;
  ownCsv: Run;
}

export interface Comparison {
  variant: Variant;
  rows: number;
  parts: Parts;
  pairs: Pair[];
  /** Of any value, relative to the largest value. */
  largestDifference: number;
  /** Why there are no pairs. */
  refused?: string;
}

/** Three tables: rows a second and ratios, processor time by process, processor time by part of the Python service. */
export function comparisonsAsText(comparisons: Comparison[]): string {
  return [speedTable(comparisons), processTable(comparisons), partsTable(comparisons)].join("\n\n");
}

/** The first two columns of each table. */
const titleOf = ({ parts, variant }: Comparison): string[] => [parts.xgboost, variant.name];
const title = ["XGBoost", "Python service"];

function speedTable(comparisons: Comparison[]): string {
  const rows = comparisons.map((c) => {
    const head = [...titleOf(c), whole(c.rows), whole(c.parts.explainerRowsPerSecond)];
    if (c.refused !== undefined) return [...head, "no result", "", "", "", "", ""];
    const speed = (side: keyof Pair) => whole(c.rows / median(c.pairs.map((pair) => pair[side].seconds)));
    const ratio = (side: keyof Pair) => times(median(c.pairs.map((p) => p.python.seconds / p[side].seconds)));
    const ours = (["ownJson", "ownCsv"] as const).flatMap((side) => [speed(side), ratio(side)]);
    return [...head, speed("python"), ...ours, c.largestDifference.toExponential(1)];
  });
  const header = [
    ...title,
    "rows",
    "explainer alone",
    "service",
    "ours, JSON",
    "ratio",
    "ours, CSV",
    "ratio",
  ];
  return `Rows a second:\n\n${textTable([...header, "difference"], rows)}`;
}

/** What a neighbour on the machine changes little. */
function processTable(comparisons: Comparison[]): string {
  const rows = comparisons
    .filter((c) => c.refused === undefined)
    .map((c) => {
      const costs = (side: keyof Pair) =>
        programs.map((program) => (1e6 * median(c.pairs.map((pair) => pair[side].cpu[program]))) / c.rows);
      const python = costs("python");
      const [json, csv] = [costs("ownJson"), costs("ownCsv")];
      const busiest = (ours: number[]) => times(Math.max(...python) / Math.max(...ours));
      const text = (side: number[]) => side.map((cost) => cost.toFixed(0)).join(" + ");
      return [
        ...titleOf(c),
        text(python),
        text(json),
        busiest(json),
        text(csv),
        busiest(csv),
        times(python[1]! / csv[1]!),
      ];
    });
  const header = [...title, "Python", "ours, JSON", "busiest", "ours, CSV", "busiest", "workers"];
  return `Processor ms for 1,000 rows, ${programs.join(" + ")}; ratio of the busiest processes, of the workers (CSV):

${textTable(header, rows)}`;
}

function partsTable(comparisons: Comparison[]): string {
  const names = Object.keys(comparisons[0]?.parts.partsMs ?? {});
  const rows = comparisons.map((c) => [
    ...titleOf(c),
    ...names.map((name) => c.parts.partsMs[name]!.toFixed(1)),
  ]);
  return `Processor ms for 1,000 rows, the Python service's parts by themselves:

${textTable([...title, ...names], rows)}`;
}

const whole = (value: number): string => Math.round(value).toLocaleString("en");
const times = (value: number): string => `${value.toPrecision(3)} ×`;

function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
