/**
 * Time and size of every plot at 10,000 rows × 20 features, the promise being under 1 s and under 1 MB:
 *
 *     npm run build && node --import ./scripts/ts-node.js benchmarks/plots/measure.ts
 *
 * The first column is the first call, before anything is compiled, the second the median of five more. Both are
 * processor time, which other programs on the machine do not change.
 */
import { Explanation } from "shap-core";
import * as plots from "shap-plots";

const ROWS = 10_000;
const FEATURES = 20;
const REPEATS = 5;

const explanation = syntheticExplanation();
console.log(`${ROWS} rows × ${FEATURES} features, Node ${process.version}\n`);
console.log("plot        first call     again       size");
let broken = 0;
for (const [name, plot] of Object.entries(plots)) {
  const draw = plot as (explanation: Explanation, options: object) => string;
  const options = { maxDisplay: FEATURES, feature: 0 };
  const times: number[] = [];
  let svg = "";
  for (let run = 0; run <= REPEATS; run++) {
    const start = process.cpuUsage();
    svg = draw(explanation, options);
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
  }
  const [first = 0, ...again] = times;
  const median = again.sort((a, b) => a - b)[REPEATS >> 1]!;
  const bytes = Buffer.byteLength(svg);
  if (first >= 1000 || bytes >= 1e6) broken++;
  const columns = [`${first.toFixed(0)} ms`, `${median.toFixed(0)} ms`, `${(bytes / 1000).toFixed(0)} kB`];
  console.log(name.padEnd(10) + columns.map((text) => text.padStart(11)).join(""));
}
console.log(broken === 0 ? "\nall within 1 s and 1 MB" : `\n${broken} plots are not within 1 s and 1 MB`);
process.exitCode = broken === 0 ? 0 : 1;

/** Features of falling importance whose contributions follow their values, with noise and 5 % missing. */
function syntheticExplanation(): Explanation {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const normal = () => random() + random() + random() + random() - 2;
  const values = new Float64Array(ROWS * FEATURES);
  const data = new Float64Array(ROWS * FEATURES);
  for (let i = 0; i < values.length; i++) {
    const value = normal();
    data[i] = random() < 0.05 ? Number.NaN : value;
    values[i] = (value * (1 + 0.5 * normal()) + 0.3 * normal()) / (1 + (i % FEATURES) / 10);
  }
  return new Explanation({
    values,
    baseValues: Float64Array.of(0),
    data: { data, rows: ROWS, columns: FEATURES },
    featureNames: Array.from({ length: FEATURES }, (_, f) => `feature_${f}`),
    outputNames: ["output"],
  });
}
