import fc from "fast-check";
import { csvHeader, csvRows } from "../../src/result/result-csv.js";

const number = fc.oneof(fc.double(), fc.constantFrom(-0, 1e21, 5e-324, -1.7976931348623157e308));

describe("a result's lines", () => {
  it("hold every number so that it reads back to itself, behind the carried texts", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: "grapheme" }), number, number, number), { minLength: 1 }),
        number,
        (rows, base) => {
          const column = (c: 1 | 2 | 3) => Float64Array.from(rows, (row) => row[c]);
          const bytes = csvRows({
            rows: rows.length,
            ids: [rows.map(([id]) => id)],
            predictions: [column(1)],
            values: [column(2), column(3)],
            baseValues: [base],
          });
          const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
          const expected = rows.map((row) => `${quoted(row[0])},${row[1]},${base},${row[2]},${row[3]}\n`);
          expect(Buffer.from(bytes).toString("utf8")).toBe(expected.join(""));
        },
      ),
    );
  });

  it("stand under their names", () => {
    expect(csvHeader({ idColumns: ["id, old"], featureNames: ["a"], outputNames: ["x", "y"] })).toBe(
      '"id, old",prediction[x],prediction[y],base_value[x],base_value[y],shap_a[x],shap_a[y]\n',
    );
  });
});
