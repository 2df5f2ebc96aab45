import { readFileSync } from "node:fs";
import { createExplainer, loadModel } from "shap-core";
import { decodeResultChunk } from "../src/chunk/result-chunk.js";
import { explainInPieces } from "../src/explain-in-pieces.js";
import { parseBackground } from "../src/models/background.js";

const example = (name: string) =>
  readFileSync(new URL(`../../../examples/mortgage/${name}`, import.meta.url));
const model = loadModel(example("model.json"));
const matrix = parseBackground(example("sample.csv"), model);
const explainer = createExplainer(model);
const signal = new AbortController().signal;

describe("a chunk explained in pieces", () => {
  it("has the values and predictions of the chunk explained as a whole, wherever it is cut", async () => {
    const whole = explainer.explain(matrix).values;
    const predictions = model.predict(matrix).values;
    // The limit is so low that pieces have 3 rows, so high that they have hundreds.
    for (const limitBytes of [16 * 3 * 8 * (5 * 24 + 3), 2 ** 30]) {
      const result = await explainInPieces(model, explainer, matrix, { output: "raw", limitBytes, signal });
      const decoded = decodeResultChunk(result.encode([]), 0, 1);
      expect(decoded.predictions[0]).toEqual(predictions);
      for (const [c, column] of decoded.values.entries()) {
        expect(column).toEqual(Float64Array.from(column, (_, r) => whole[r * 24 + c]!));
      }
    }
  });

  it("is left after the present piece when it is no longer ours", async () => {
    const aborted = AbortSignal.abort(new Error("lost"));
    await expect(
      explainInPieces(model, explainer, matrix, { output: "raw", limitBytes: 2 ** 30, signal: aborted }),
    ).rejects.toThrow("lost");
  });
});
