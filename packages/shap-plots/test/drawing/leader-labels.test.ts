import { array, assert as check, constantFrom, integer, property, record } from "fast-check";
import { LEADER_GAP, placeLabels } from "../../src/drawing/leader-labels.js";

describe("placeLabels", () => {
  it("makes a stair of marks in a row", () => {
    const wanted = [300, 200, 100].map((at) => ({ at, width: 120, side: "right" as const }));
    expect(placeLabels(wanted, 5, 0, 700)).toEqual([
      { line: 0, side: "right" },
      { line: 1, side: "right" },
      { line: 2, side: "right" },
    ]);
  });

  it("uses the other side at the edge", () => {
    expect(placeLabels([{ at: 690, width: 100, side: "right" }], 5, 0, 700)).toEqual([
      { line: 0, side: "left" },
    ]);
  });

  it("leaves out what has no room", () => {
    expect(placeLabels([{ at: 50, width: 400, side: "right" }], 5, 0, 300)).toEqual([undefined]);
  });

  const label = record({
    at: integer({ min: 10, max: 690 }),
    width: integer({ min: 20, max: 300 }),
    side: constantFrom("left" as const, "right" as const),
  });

  it("never lays a text on a text or a leader, nor outside", () => {
    check(
      property(array(label, { maxLength: 14 }), (wanted) => {
        const texts = placeLabels(wanted, 6, 0, 700).flatMap((place, index) => {
          if (place === undefined) return [];
          const { at, width } = wanted[index]!;
          const from = place.side === "right" ? at + LEADER_GAP : at - LEADER_GAP - width;
          return [{ line: place.line, at, from, to: from + width }];
        });
        for (const a of texts) {
          expect(a.from).toBeGreaterThanOrEqual(0);
          expect(a.to).toBeLessThanOrEqual(700);
          for (const b of texts) {
            if (a === b) continue;
            if (a.line === b.line) expect(a.to < b.from || b.to < a.from).toBe(true);
            const crosses = b.line >= a.line && b.at > a.from && b.at < a.to;
            expect(crosses).toBe(false);
          }
        }
      }),
    );
  });
});
