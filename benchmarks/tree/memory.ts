// npm run bench:memory: 1,000,000 rows × 30 features through a 500-tree model in batches; the peak resident memory.
import { createExplainer, loadModel } from "shap-core";
import { syntheticModel, syntheticRows } from "./synthetic-model.js";

// This process also holds the TypeScript compiler that runs it: what it takes before any model is told apart.
const before = process.memoryUsage.rss() / 2 ** 20;
const [ROWS, BATCH, FEATURES] = [1_000_000, 2_000, 30];
const explainer = createExplainer(
  loadModel(syntheticModel({ depth: 6, trees: 500, features: FEATURES, trainingRows: 10_000 })),
);
const data = syntheticRows(BATCH, FEATURES);
let sum = 0;
const start = performance.now();
for (let done = 0; done < ROWS; done += BATCH) {
  // Every batch differs, as it would when read from a file.
  data.set(data.subarray(0, FEATURES), (Math.floor(done / BATCH) % BATCH) * FEATURES);
  sum += explainer.explain({ data, rows: BATCH, columns: FEATURES }).values[0]!;
}
const seconds = (performance.now() - start) / 1000;
const peak = process.resourceUsage().maxRSS / 1024;
console.log(
  `${ROWS} rows in ${seconds.toFixed(1)} s, peak RSS ${peak.toFixed(0)} MB, ${before.toFixed(0)} MB before the model (checksum ${sum.toPrecision(6)})`,
);
