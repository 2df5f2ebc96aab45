// This project as a contestant: answers the same commands as peer.py. Arguments: FOLDER CASE-as-JSON
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createExplainer, loadModel, type Matrix } from "shap-core";
import type { Case } from "./cases.js";

const FEATURES = 30;
const [folder, caseJson] = process.argv.slice(2) as [string, string];
const benchmark: Case = JSON.parse(caseJson);
const suffix = benchmark.model.library === "lightgbm" ? "txt" : "json";
const model = loadModel(readFileSync(`${folder}/${benchmark.model.name}.${suffix}`));
const rows = readRows("rows.f64");
const background =
  benchmark.background === undefined
    ? undefined
    : firstRows(readRows("background.f64"), benchmark.background);

const start = performance.now();
let explainer = createExplainer(model, { background });
answer({ version: "this project", compileSeconds: (performance.now() - start) / 1000 });

for await (const line of createInterface({ input: process.stdin })) {
  const command: { rows: number; values: string | null } = JSON.parse(line);
  const matrix = firstRows(rows, command.rows);
  const before = performance.now();
  if (benchmark.withCompile) explainer = createExplainer(model, { background });
  const { values } =
    benchmark.mode === "interactions" ? explainer.explainInteractions(matrix) : explainer.explain(matrix);
  const seconds = (performance.now() - before) / 1000;
  if (command.values !== null) writeFileSync(command.values, values);
  answer({ seconds });
}

function readRows(file: string): Matrix {
  const bytes = readFileSync(`${folder}/${file}`);
  const data = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return { data, rows: data.length / FEATURES, columns: FEATURES };
}

function firstRows(matrix: Matrix, count: number): Matrix {
  return { ...matrix, data: matrix.data.subarray(0, count * FEATURES), rows: count };
}

function answer(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
