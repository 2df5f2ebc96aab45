import fc from "fast-check";
import { shortestOf } from "../../src/result/shortest.js";

describe("a float32 as a decimal", () => {
  it("reads back to the same float32", () => {
    fc.assert(
      fc.property(fc.float(), (value) => {
        expect(Math.fround(shortestOf(value))).toBe(value);
      }),
    );
  });

  it("is short where the number is", () => {
    expect([0.1, 1 / 3, 16_777_216, -1e-7].map((value) => String(shortestOf(Math.fround(value))))).toEqual([
      "0.1",
      "0.33333334",
      "16777216",
      "-1e-7",
    ]);
  });
});
