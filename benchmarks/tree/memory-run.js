// What memory.ts measures, as plain JavaScript: nothing but shap-core shares the process. Argument: the model's file.
import { readFileSync } from "node:fs";
import { createExplainer, loadModel } from "shap-core";

const [ROWS, BATCH, FEATURES] = [1_000_000, 2_000, 30];
const explainer = createExplainer(loadModel(readFileSync(process.argv[2])));
// One buffer for the rows of a batch and one for its values, as a program that streams a file would have.
const data = new Float64Array(BATCH * FEATURES);
const values = new Float64Array(BATCH * FEATURES);
let sum = 0;
const start = performance.now();
for (let done = 0; done < ROWS; done += BATCH) {
  // Every batch differs, as it would when read from a file.
  for (let i = 0; i < data.length; i++) data[i] = (((done * FEATURES + i) * 0.61803398875) % 1) * 4 - 2;
  sum += explainer.explain({ data, rows: BATCH, columns: FEATURES }, { into: values }).values[0];
}
const seconds = (performance.now() - start) / 1000;
const peak = process.resourceUsage().maxRSS / 1024;
console.log(
  `${ROWS} rows in ${seconds.toFixed(1)} s, peak RSS ${peak.toFixed(0)} MB (checksum ${sum.toPrecision(6)})`,
);
