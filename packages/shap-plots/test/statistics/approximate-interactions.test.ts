import { select } from "../../src/selection.js";
import { strongestInteraction } from "../../src/statistics/approximate-interactions.js";
import { explanationOf, numbered, wobble } from "../edge-cases.js";

describe("strongestInteraction", () => {
  it("finds the feature that bends the contributions", () => {
    const explanation = explanationOf({
      rows: 400,
      names: numbered(5),
      value: (r) => wobble(r, 0) + wobble(r, 0) * wobble(r, 3) + 0.1 * wobble(r, 9),
      cell: (r, f) => wobble(r, f),
    });
    expect(strongestInteraction(select(explanation, {}), 0)).toBe(3);
  });

  it("finds a feature that matters by being missing", () => {
    const explanation = explanationOf({
      rows: 400,
      names: numbered(4),
      value: (r) => wobble(r, 0) + (r % 3 === 0 ? 1 : 0),
      cell: (r, f) => (f === 2 && r % 3 === 0 ? Number.NaN : wobble(r, f)),
    });
    expect(strongestInteraction(select(explanation, {}), 0)).toBe(2);
  });

  it("is none of few rows, and none where nothing varies", () => {
    const of = (rows: number, value: number) =>
      select(
        explanationOf({ rows, names: numbered(3), value: () => value, cell: (r, f) => wobble(r, f) }),
        {},
      );
    expect(strongestInteraction(of(20, 1), 0)).toBeUndefined();
    expect(strongestInteraction(of(200, 0), 0)).toBeUndefined();
  });
});
