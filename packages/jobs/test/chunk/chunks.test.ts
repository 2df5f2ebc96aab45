import fc from "fast-check";
import { Explanation } from "shap-core";
import { decodeInputChunk, encodeInputChunk } from "../../src/chunk/input-chunk.js";
import { decodeResultChunk, ResultChunkBuilder, valueColumns } from "../../src/chunk/result-chunk.js";

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

/** Two rows of three features and two outputs: value i is i / 3. */
const values = Float64Array.from({ length: 2 * 3 * 2 }, (_, i) => i / 3);
const row = (r: number) =>
  new Explanation({
    values: values.subarray(6 * r, 6 * r + 6),
    baseValues: Float64Array.of(0.1, -7),
    data: { data: new Float64Array(3), rows: 1, columns: 3 },
    featureNames: ["a", "b", "c"],
    outputNames: ["x", "y"],
  });

/** Filled a row at a time. */
function result(precision?: "float32") {
  const builder = new ResultChunkBuilder({ rows: 2, features: 3, outputs: 2, precision });
  builder.add(0, row(0), { values: Float64Array.of(1.1, 2), rows: 1, outputs: 2 });
  builder.add(1, row(1), { values: Float64Array.of(3, 4), rows: 1, outputs: 2 });
  return decodeResultChunk(builder.encode([["p", "q"]]), 1, 2);
}

describe("a chunk's result", () => {
  it("comes back column by column, several outputs too", () => {
    const decoded = result();
    expect(decoded.rows).toBe(2);
    expect(decoded.ids).toEqual([["p", "q"]]);
    expect(decoded.baseValues).toEqual([0.1, -7]);
    expect(decoded.predictions.map((column) => [...column])).toEqual([
      [1.1, 3],
      [2, 4],
    ]);
    expect(decoded.values.map((column) => [...column])).toEqual(
      Array.from({ length: 6 }, (_, c) => [values[c], values[6 + c]]),
    );
  });

  it("comes back rounded to float32 where that was asked for, its base values in full", () => {
    const decoded = result("float32");
    expect(decoded.baseValues).toEqual([0.1, -7]);
    expect(decoded.predictions[0]).toEqual(Float32Array.of(1.1, 3));
    expect(decoded.values).toEqual(
      Array.from({ length: 6 }, (_, c) => Float32Array.of(values[c]!, values[6 + c]!)),
    );
  });

  it("names its values by feature and output", () => {
    expect(valueColumns(["a", "b"], ["x"])).toEqual(["shap_a", "shap_b"]);
    expect(valueColumns(["a", "b"], ["x", "y"])).toEqual([
      "shap_a[x]",
      "shap_a[y]",
      "shap_b[x]",
      "shap_b[y]",
    ]);
  });
});
