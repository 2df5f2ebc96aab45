// npm run bench:pool: the same rows by one thread and by createExplainerPool with two, in turn; the median ratio.
import { createExplainer, createExplainerPool, loadModel } from "shap-core";
import { syntheticModel, syntheticRows } from "./synthetic-model.js";

const [ROWS, FEATURES, PAIRS] = [50_000, 30, 9];
const model = loadModel(syntheticModel({ depth: 6, trees: 500, features: FEATURES, trainingRows: 10_000 }));
const rows = { data: syntheticRows(ROWS, FEATURES), rows: ROWS, columns: FEATURES };
const explainer = createExplainer(model);
const pool = await createExplainerPool(model, { threads: 2 });

const ratios: number[] = [];
for (let pair = 0; pair <= PAIRS; pair++) {
  const one = await secondsOf(() => explainer.explain(rows));
  const two = await secondsOf(() => pool.explain(rows));
  // The first pair warms both up.
  if (pair > 0) ratios.push(one / two);
}
await pool.close();
ratios.sort((a, b) => a - b);
const [least, median, most] = [ratios[0]!, ratios[PAIRS >> 1]!, ratios[PAIRS - 1]!].map((r) => r.toFixed(2));
console.log(`two threads beside one: ${median} × (${least} to ${most}, ${PAIRS} pairs of runs)`);

async function secondsOf(run: () => unknown): Promise<number> {
  const before = performance.now();
  await run();
  return (performance.now() - before) / 1000;
}
