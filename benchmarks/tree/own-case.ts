// One case of own-cases.ts in a process of its own. Argument: the case as JSON; prints its figures as JSON.
import { createExplainer, loadModel, type Matrix } from "shap-core";
import { type SyntheticModel, syntheticModel, syntheticRows } from "./synthetic-model.js";

export interface OwnCase {
  model: SyntheticModel;
  mode: "path-dependent" | "interventional" | "interactions";
  background?: number;
}

export interface OwnFigures {
  rowsPerSecond: number;
  /** Median time to explain a single row with the compiled model. */
  oneRowMicroseconds: number;
  /** Cold: createExplainer and the first value, in a process that has done nothing before. */
  compileMilliseconds: number;
  tableBytes: number;
  residentMegabytes: number;
}

const ownCase: OwnCase = JSON.parse(process.argv[2]!);
const features = ownCase.model.features;
const model = loadModel(syntheticModel(ownCase.model));
const background = ownCase.background === undefined ? undefined : matrixOf(ownCase.background, 3);
const batch = matrixOf(2_000, 2);
const oneRow = { ...batch, data: batch.data.slice(0, features), rows: 1 };

const start = performance.now();
const explainer = createExplainer(model, { background });
explain(oneRow);
const compileMilliseconds = performance.now() - start;

const batchSeconds = medianSeconds(() => explain(batch), 7);
const oneRowSeconds = medianSeconds(() => explain(oneRow), 2_000);
const figures: OwnFigures = {
  rowsPerSecond: batch.rows / batchSeconds,
  oneRowMicroseconds: oneRowSeconds * 1e6,
  compileMilliseconds,
  tableBytes: explainer.plan?.tableBytes ?? 0,
  residentMegabytes: process.memoryUsage.rss() / 2 ** 20,
};
console.log(JSON.stringify(figures));

function explain(rows: Matrix): void {
  if (ownCase.mode === "interactions") explainer.explainInteractions(rows);
  else explainer.explain(rows);
}

function matrixOf(rows: number, seed: number): Matrix {
  return { data: syntheticRows(rows, features, seed), rows, columns: features };
}

/** The median of several timings after a warm-up, within a few seconds in all. */
function medianSeconds(run: () => void, times: number): number {
  const seconds: number[] = [];
  const end = performance.now() + 5_000;
  run();
  while (seconds.length < 3 || (seconds.length < times && performance.now() < end)) {
    const before = performance.now();
    run();
    seconds.push((performance.now() - before) / 1000);
  }
  return seconds.sort((a, b) => a - b)[Math.floor(seconds.length / 2)]!;
}
