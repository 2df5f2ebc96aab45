// npm run bench:scaling: how the cost grows, over three decades of rows, of trees and of background rows.
import { createExplainer, loadModel, type Matrix } from "shap-core";
import { whole } from "./report.js";
import { syntheticModel, syntheticRows } from "./synthetic-model.js";
import { textTable } from "./text-table.js";

const FEATURES = 30;
const modelOf = (trees: number) =>
  loadModel(syntheticModel({ depth: 6, trees, features: FEATURES, trainingRows: 10_000 }));
const matrixOf = (rows: number, seed = 2): Matrix => ({
  data: syntheticRows(rows, FEATURES, seed),
  rows,
  columns: FEATURES,
});

const table: string[][] = [];
const hundredTrees = createExplainer(modelOf(100));
for (const rows of [100, 1_000, 10_000, 100_000]) {
  const matrix = matrixOf(rows);
  report(
    "rows",
    rows,
    rows,
    medianSeconds(() => hundredTrees.explain(matrix)),
  );
}
const thousandRows = matrixOf(1_000);
for (const trees of [1, 10, 100, 1_000]) {
  const explainer = createExplainer(modelOf(trees), { maxTableBytes: 512 * 2 ** 20 });
  report(
    "trees",
    trees,
    1_000,
    medianSeconds(() => explainer.explain(thousandRows)),
  );
}
for (const background of [100, 1_000, 10_000, 100_000]) {
  const explainer = createExplainer(modelOf(100), { background: matrixOf(background, 3) });
  report(
    "background rows",
    background,
    1_000,
    medianSeconds(() => explainer.explain(thousandRows)),
  );
}
console.log(textTable(["what grows", "to", "milliseconds", "µs a row"], table));

function report(what: string, to: number, rows: number, seconds: number): void {
  table.push([what, whole(to), (seconds * 1e3).toFixed(2), ((seconds * 1e6) / rows).toFixed(2)]);
}

function medianSeconds(run: () => void): number {
  run();
  const seconds = Array.from({ length: 5 }, () => {
    const before = performance.now();
    run();
    return (performance.now() - before) / 1000;
  });
  return seconds.sort((a, b) => a - b)[2]!;
}
