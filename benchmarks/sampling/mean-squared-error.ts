/**
 * The mean squared error of `kernel` and `permutation` beside Python shap's, at equal evaluations, against the exact
 * values: `npm run bench:sampling -- path/to/python` (one with shap). Everything is seeded: the same figures every time.
 */
import { execa } from "execa";
import { createExplainer } from "shap-core";
import { textTable } from "../tree/text-table.js";
import { games } from "./games.js";
import { normalRows } from "./normal-rows.js";

const SEEDS = 100;
const background = normalRows(1, 10, 12);
const rows = normalRows(2, 4, 12);

const python = process.argv[2] ?? "python3";
const header = ["game", "evaluations", "method", "this project", "Python's shap", "ratio"];
const table: string[][] = [];

for (const [game, model] of Object.entries(games)) {
  const exact = await createExplainer(model, { background, method: "exact" }).explain(rows);
  const meanSquaredError = (runs: readonly ArrayLike<number>[]) =>
    runs.reduce((sum, run) => sum + exact.values.reduce((s, value, i) => s + (run[i]! - value) ** 2, 0), 0) /
    (runs.length * exact.values.length);
  for (const budget of [60, 252]) {
    const input = JSON.stringify({ game, background, rows, budget, seeds: SEEDS });
    const script = new URL("peer.py", import.meta.url).pathname;
    const { stdout } = await execa(python, [script], { input, stderr: "ignore" });
    const peer = JSON.parse(stdout) as { runs: Record<string, number[][][]> };
    for (const [name, theirs] of Object.entries(peer.runs)) {
      const method = name.startsWith("kernel") ? "kernel" : "permutation";
      const own: Float64Array[] = [];
      for (let seed = 0; seed < SEEDS; seed++) {
        const explainer = createExplainer(model, { background, method, maxEvaluations: budget, seed });
        own.push((await explainer.explain(rows)).values);
      }
      const [ours, shap] = [meanSquaredError(own), meanSquaredError(theirs.map((run) => run.flat()))];
      table.push([
        game,
        String(budget),
        name,
        ours.toExponential(2),
        shap.toExponential(2),
        ratio(ours, shap),
      ]);
    }
  }
}

console.log(textTable(header, table));

function ratio(ours: number, theirs: number): string {
  // Below rounding both are exact.
  return Math.max(ours, theirs) < 1e-20 ? "both exact" : (ours / theirs).toFixed(2);
}
