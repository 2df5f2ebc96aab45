import fc from "fast-check";
import { RowTable } from "../../src/sampling/row-table.js";

describe("RowTable", () => {
  it("gives each distinct row one place, in order of first appearance", () => {
    const cell = fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constantFrom(-0, Number.NaN, 1e300));
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 1500 }), (rows) => {
        const table = new RowTable(2);
        const seen = new Map<string, number>();
        const flat = Float64Array.from(rows.flat());
        rows.forEach((row, r) => {
          const key = row.map((value) => (Object.is(value, -0) ? "-0" : String(value))).join();
          if (!seen.has(key)) seen.set(key, seen.size);
          expect(table.add(flat, 2 * r)).toBe(seen.get(key));
        });
        expect(table.rows).toBe(seen.size);
      }),
    );
  });

  it("grows, and starts again when cleared", () => {
    const table = new RowTable(1);
    const rows = Float64Array.from({ length: 5000 }, (_, i) => i);
    rows.forEach((_, i) => {
      expect(table.add(rows, i)).toBe(i);
    });
    expect(table.add(rows, 4321)).toBe(4321);
    expect([...table.row(77)]).toEqual([77]);
    table.clear();
    expect(table.add(rows, 4321)).toBe(0);
  });
});
