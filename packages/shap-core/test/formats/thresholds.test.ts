import fc from "fast-check";
import {
  atMostFloat32,
  float64Below,
  lessThanFloat32,
  lessThanFloat64,
} from "../../src/formats/thresholds.js";

/** Numbers close to a threshold, where rounding decides, as well as any others. */
const near = (threshold: number) =>
  fc.oneof(
    fc.double({ noNaN: true }),
    fc.integer({ min: -64, max: 64 }).map((steps) => threshold * (1 + steps * 2 ** -53)),
    fc.integer({ min: -8, max: 8 }).map((steps) => threshold * (1 + steps * 2 ** -25)),
    fc.constantFrom(threshold, Math.fround(threshold), 0, -0, Number.MIN_VALUE, -(2 ** -150), 2 ** -150),
  );

const thresholdAndValue = fc
  .oneof(
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ noNaN: true, min: -1e39, max: 1e39 }),
  )
  .chain((threshold) => near(threshold).map((x) => ({ threshold, x })));

const options = { numRuns: 5000 };

describe("thresholds", () => {
  it("turn float32(x) < float32(t) into one float64 comparison", () => {
    const check = ({ threshold, x }: { threshold: number; x: number }) =>
      expect(x <= lessThanFloat32(threshold)).toBe(Math.fround(x) < Math.fround(threshold));
    fc.assert(fc.property(thresholdAndValue, check), options);
  });

  it("turn float32(x) <= t into one float64 comparison", () => {
    const check = ({ threshold, x }: { threshold: number; x: number }) =>
      expect(x <= atMostFloat32(threshold)).toBe(Math.fround(x) <= threshold);
    fc.assert(fc.property(thresholdAndValue, check), options);
  });

  it("turn x < t into x <= the number below", () => {
    const check = ({ threshold, x }: { threshold: number; x: number }) =>
      expect(x <= lessThanFloat64(threshold)).toBe(x < threshold);
    fc.assert(fc.property(thresholdAndValue, check), options);
  });

  it.each([
    [1, 1 - 2 ** -53],
    [0, -Number.MIN_VALUE],
    [-1, -1 - 2 ** -52],
    [Number.POSITIVE_INFINITY, Number.MAX_VALUE],
    [-Number.MAX_VALUE, Number.NEGATIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, Number.NaN],
  ])("find the float64 below %d", (x, below) => {
    expect(float64Below(x)).toBe(below);
  });
});
