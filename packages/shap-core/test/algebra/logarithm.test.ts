import fc from "fast-check";
import { logarithm } from "../../src/algebra/logarithm.js";

describe("logarithm", () => {
  it("is the natural logarithm to the last bits, from the smallest number to the largest", () => {
    fc.assert(
      fc.property(fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true }), (x) => {
        const error = Math.abs(logarithm(x) - Math.log(x));
        expect(error).toBeLessThanOrEqual(4e-16 * Math.abs(Math.log(x)));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    [1, 0],
    [0, Number.NEGATIVE_INFINITY],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [-1, Number.NaN],
    [Number.NaN, Number.NaN],
  ])("of %d is %d", (x, expected) => {
    expect(logarithm(x)).toBe(expected);
  });
});
