import fc from "fast-check";
import { Explanation } from "shap-core";
import { decodeInputChunk, encodeInputChunk } from "../../src/chunk/input-chunk.js";
import { decodeResultChunk, encodeResultChunk, valueColumns } from "../../src/chunk/result-chunk.js";

const sizes = fc.record({ rows: fc.integer({ min: 1, max: 20 }), columns: fc.integer({ min: 1, max: 6 }) });
const cell = fc.oneof(fc.double(), fc.constant(Number.NaN), fc.constant(-0));

describe("a chunk's rows", () => {
  it("come back bit for bit", () => {
    fc.assert(
      fc.property(
        sizes.chain(({ rows, columns }) =>
          fc.record({
            rows: fc.constant(rows),
            columns: fc.constant(columns),
            cells: fc.array(cell, { minLength: rows * columns, maxLength: rows * columns }),
            id: fc.array(fc.string({ unit: "grapheme" }), { minLength: rows, maxLength: rows }),
          }),
        ),
        ({ rows, columns, cells, id }) => {
          const matrix = { data: Float64Array.from(cells), rows, columns };
          const decoded = decodeInputChunk(encodeInputChunk({ matrix, ids: [id, id] }), 2);
          expect(decoded).toEqual({ matrix, ids: [id, id] });
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("a chunk's result", () => {
  it("comes back column by column, several outputs too", () => {
    const values = Float64Array.from({ length: 2 * 3 * 2 }, (_, i) => i / 3);
    const explanation = new Explanation({
      values,
      baseValues: Float64Array.of(0.1, -7),
      data: { data: new Float64Array(6), rows: 2, columns: 3 },
      featureNames: ["a", "b", "c"],
      outputNames: ["x", "y"],
    });
    const predictions = { values: Float64Array.of(1, 2, 3, 4), rows: 2, outputs: 2 };
    const decoded = decodeResultChunk(encodeResultChunk(explanation, predictions, [["p", "q"]]), 1, 2);
    expect(decoded.rows).toBe(2);
    expect(decoded.ids).toEqual([["p", "q"]]);
    expect(decoded.baseValues).toEqual([0.1, -7]);
    expect(decoded.predictions.map((column) => [...column])).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(decoded.values.map((column) => [...column])).toEqual(
      Array.from({ length: 6 }, (_, c) => [values[c], values[6 + c]]),
    );
    expect(valueColumns(["a", "b"], ["x", "y"])).toEqual([
      "shap_a[x]",
      "shap_a[y]",
      "shap_b[x]",
      "shap_b[y]",
    ]);
  });
});
