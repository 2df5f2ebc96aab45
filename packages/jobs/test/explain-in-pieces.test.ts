import { readFileSync } from "node:fs";
import { AdditivityError, createExplainer, loadModel } from "shap-core";
import { explainInPieces } from "../src/explain-in-pieces.js";
import { parseBackground } from "../src/models/background.js";

const example = (name: string) =>
  readFileSync(new URL(`../../../examples/mortgage/${name}`, import.meta.url));
const model = loadModel(example("model.json"));
const matrix = parseBackground(example("sample.csv"), model);
const explainer = createExplainer(model);
const options = { output: "raw", limitBytes: 2 ** 30 } as const;

describe("rows explained in pieces", () => {
  it.each([
    ["3 rows each, as a very low memory limit has it", 16 * 3 * 8 * (5 * 24 + 3), 3],
    ["hundreds of rows each", 2 ** 30, 1000],
  ])("have the values and predictions of the whole: %s", async (_what, limitBytes, most) => {
    const values: number[] = [];
    const predictions: number[] = [];
    for await (const piece of explainInPieces(model, explainer, matrix, { ...options, limitBytes })) {
      expect(piece.predictions.rows).toBeLessThanOrEqual(most);
      expect(piece.from).toBe(predictions.length);
      values.push(...piece.explanation.values);
      predictions.push(...piece.predictions.values);
    }
    expect(Float64Array.from(values)).toEqual(explainer.explain(matrix).values);
    expect(Float64Array.from(predictions)).toEqual(model.predict(matrix).values);
  });

  it("let the event loop turn between pieces", async () => {
    let turns = 0;
    let pieces = 0;
    for await (const _ of explainInPieces(model, explainer, matrix, { ...options, limitBytes: 1 })) {
      pieces++;
      setImmediate(() => turns++);
    }
    expect(pieces).toBe(matrix.rows);
    expect(turns).toBeGreaterThanOrEqual(pieces - 2);
  });

  it("are refused where they do not add up to the model's predictions", async () => {
    const other = { ...explainer, explain: () => explainer.explain(otherRows(1)) };
    const pieces = explainInPieces(model, other as typeof explainer, matrix, options);
    await expect(pieces.next()).rejects.toThrow(AdditivityError);
  });
});

/** Rows of the sample, from the second on. */
function otherRows(count: number) {
  const { columns, data } = matrix;
  return { data: data.subarray(columns, (1 + count) * columns), rows: count, columns };
}
