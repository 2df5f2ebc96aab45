// Explains a neural network in an ONNX file: shap-core knows nothing of ONNX, it only asks a function about rows.
import { readFileSync } from "node:fs";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { createExplainer } from "shap-core";

const file = (name) => new URL(name, import.meta.url);

function table(name) {
  const [header, ...lines] = readFileSync(file(name), "utf8").trim().split("\n");
  return { names: header.split(","), rows: lines.map((line) => line.split(",").map(Number)) };
}

const session = await InferenceSession.create(readFileSync(file("model.onnx")));
const [input] = session.inputNames;
const [output] = session.outputNames;

/** Rows in, one number a row out. */
async function network(rows) {
  const tensor = new Tensor("float32", Float32Array.from(rows.flat()), [rows.length, rows[0].length]);
  return (await session.run({ [input]: tensor }))[output].data;
}

const background = table("background.csv");
const rows = table("rows.csv").rows;

const explainer = createExplainer(network, {
  background: background.rows,
  featureNames: background.names,
  outputNames: ["disease progression"],
  batchSize: 4096,
});
const explanation = await explainer.explain(rows);

const { coalitions, rows: asked, calls } = explanation.evaluations;
console.log(
  `method ${explainer.method}: ${coalitions} coalitions, ${asked} distinct rows, ${calls} calls of the network\n`,
);
for (let row = 0; row < rows.length; row++) console.log(`${explanation.row(row)}\n`);

const predictions = await network(rows);
const largest = explanation
  .predictions()
  .reduce((most, sum, r) => Math.max(most, Math.abs(sum - predictions[r])), 0);
console.log(`base value + values = the network's output, to ${largest.toExponential(1)}`);
