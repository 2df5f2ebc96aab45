import { array, assert as check, double, integer, property } from "fast-check";
import { density } from "../../src/statistics/density.js";
import { rank } from "../../src/statistics/importance.js";
import { meansOfRuns } from "../../src/statistics/means-of-runs.js";
import { quantiles } from "../../src/statistics/quantiles.js";
import { swarm } from "../../src/statistics/swarm.js";
import { valueColors } from "../../src/statistics/value-colors.js";

const number = double({ min: -1000, max: 1000, noNaN: true });

describe("rank", () => {
  it("orders by importance and keeps the order of equals", () => {
    expect(rank(Float64Array.of(1, 3, 1, 2), 4)).toEqual({ shown: [1, 3, 0, 2], rest: [] });
  });

  it("folds what is left over into the last place", () => {
    expect(rank(Float64Array.of(5, 4, 3, 2, 1), 3)).toEqual({ shown: [0, 1], rest: [2, 3, 4] });
    expect(rank(Float64Array.of(5, 4), 1)).toEqual({ shown: [], rest: [0, 1] });
  });

  it("never folds a single feature", () => {
    check(
      property(array(number, { minLength: 1 }), integer({ min: 1, max: 20 }), (importance, most) => {
        const { shown, rest } = rank(Float64Array.from(importance), most);
        expect(rest).not.toHaveLength(1);
        expect([...shown, ...rest].sort((a, b) => a - b)).toEqual(importance.map((_, f) => f));
        expect(shown.length + (rest.length > 0 ? 1 : 0)).toBeLessThanOrEqual(Math.max(most, 1));
      }),
    );
  });
});

describe("quantiles", () => {
  it("interpolates as numpy does", () => {
    expect(quantiles(Float64Array.of(4, 1, 3, 2), [0, 0.25, 0.5, 1])).toEqual([1, 1.75, 2.5, 4]);
  });

  it("are NaN of no numbers", () => expect(quantiles(new Float64Array(), [0.5])).toEqual([Number.NaN]));
});

describe("valueColors", () => {
  it("runs from the 5th to the 95th percentile", () => {
    const colors = valueColors(Float64Array.from({ length: 101 }, (_, i) => i));
    expect([colors.low, colors.high]).toEqual([5, 95]);
    expect([colors.positions[0], colors.positions[50], colors.positions[100]]).toEqual([0, 0.5, 1]);
  });

  it("takes the extremes where nearly all values are the same", () => {
    const colors = valueColors(Float64Array.from({ length: 1000 }, (_, i) => (i === 7 ? 3 : 1)));
    expect([colors.low, colors.high, colors.positions[7]]).toEqual([1, 3, 1]);
  });

  it("keeps missing values apart and infinite ones at the ends", () => {
    const colors = valueColors(
      Float64Array.of(Number.NaN, Number.NEGATIVE_INFINITY, 1, 2, Number.POSITIVE_INFINITY),
    );
    expect(Array.from(colors.positions)).toEqual([Number.NaN, 0, 0, 1, 1]);
    expect(colors.missing).toBe(true);
  });

  it("puts a constant in the middle", () => {
    expect(Array.from(valueColors(Float64Array.of(4, 4)).positions)).toEqual([0.5, 0.5]);
  });
});

describe("swarm", () => {
  it("leaves a lone dot on the line", () => {
    expect(Array.from(swarm(Float64Array.of(0, 100), Float64Array.of(0, 1), 4, 30))).toEqual([0, 0]);
  });

  it("stacks a column in the order of colour, around the line", () => {
    const offsets = swarm(Float64Array.of(10, 10, 10), Float64Array.of(0.5, 1, 0), 4, 30);
    expect(offsets[0]).toBeCloseTo(0);
    expect(offsets[1]).toBeCloseTo(-offsets[2]!);
    expect(offsets[1]).toBeLessThan(0);
  });

  it("stays within its height", () => {
    check(
      property(array(number, { minLength: 1, maxLength: 300 }), (values) => {
        const offsets = swarm(
          Float64Array.from(values, (value) => value / 40),
          Float64Array.from(values),
          4,
          30,
        );
        for (const offset of offsets) expect(Math.abs(offset)).toBeLessThanOrEqual(15 + 1e-9);
      }),
    );
  });
});

describe("density", () => {
  it("is highest where the values are", () => {
    const values = Float64Array.from({ length: 400 }, (_, i) => (i < 300 ? -1 : 1) + ((i * 7) % 11) / 50);
    const { positions, heights } = density(values, 101)!;
    expect(positions[heights.indexOf(1)]).toBeCloseTo(-0.9, 0);
  });

  it("agrees with the plain sum of kernels", () => {
    const values = Float64Array.from({ length: 50 }, (_, i) => Math.sin(i));
    const { positions, heights, bandwidth } = density(values, 61)!;
    const plain = positions.map((x) =>
      values.reduce((sum, value) => sum + Math.exp(-0.5 * ((x - value) / bandwidth) ** 2), 0),
    );
    const highest = Math.max(...plain);
    heights.forEach((height, i) => {
      expect(height).toBeCloseTo(plain[i]! / highest, 2);
    });
  });

  it("is none of values that are all the same", () =>
    expect(density(Float64Array.of(2, 2), 10)).toBeUndefined());
});

describe("meansOfRuns", () => {
  it("gives the values themselves where there are as many runs", () => {
    expect(Array.from(meansOfRuns(Float64Array.of(1, 2, 3), Uint32Array.of(2, 0, 1), 3))).toEqual([3, 1, 2]);
  });

  it("averages neighbours and keeps the mean", () => {
    expect(Array.from(meansOfRuns(Float64Array.of(1, 3, 5, 7), Uint32Array.of(0, 1, 2, 3), 2))).toEqual([
      2, 6,
    ]);
  });
});
