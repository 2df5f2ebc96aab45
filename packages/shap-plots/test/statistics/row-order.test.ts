import { select } from "../../src/selection.js";
import { orderRows } from "../../src/statistics/row-order.js";
import { explanationOf, numbered, wobble } from "../edge-cases.js";

const kinds = [
  [2, 0, 0],
  [0, -2, 0],
  [-1, 1, 1],
];
/** Rows of three kinds, shuffled. */
const mixed = select(
  explanationOf({
    rows: 90,
    names: numbered(3),
    value: (r, f) => kinds[(r * 7) % 3]![f]! + 0.1 * wobble(r, f),
    cell: () => 0,
  }),
  {},
);

describe("orderRows", () => {
  it("keeps the given order", () => {
    expect(Array.from(orderRows(mixed, "given"))).toEqual(Array.from({ length: 90 }, (_, r) => r));
  });

  it("sorts by output", () => {
    const outputs = Array.from(orderRows(mixed, "output"), (r) => mixed.outputs[r]!);
    expect(outputs).toEqual([...outputs].sort((a, b) => a - b));
  });

  it("puts rows of one kind side by side", () => {
    const order = Array.from(orderRows(mixed, "similarity"), (r) => (r * 7) % 3);
    const changes = order.filter((kind, i) => i > 0 && kind !== order[i - 1]).length;
    expect(changes).toBe(2);
  });

  it("is a permutation, also of rows that are all the same", () => {
    const same = select(explanationOf({ rows: 40, names: numbered(2), value: () => 1, cell: () => 0 }), {});
    expect(new Set(orderRows(same, "similarity")).size).toBe(40);
  });
});
