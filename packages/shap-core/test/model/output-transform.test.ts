import { applyTransform, type OutputTransform } from "../../src/model/output-transform.js";

const transformed = (transform: OutputTransform, values: number[], outputs = 1): number[] => {
  const copy = Float64Array.from(values);
  applyTransform(transform, copy, outputs);
  return Array.from(copy);
};

describe("applyTransform", () => {
  it("leaves values alone for identity", () => {
    expect(transformed({ kind: "identity" }, [-3, 0, 7])).toEqual([-3, 0, 7]);
  });

  it("gives probabilities for logistic, and does not overflow far out", () => {
    expect(transformed({ kind: "logistic", scale: 1 }, [0, 1000, -1000])).toEqual([0.5, 1, 0]);
    expect(transformed({ kind: "logistic", scale: 2 }, [Math.log(3) / 2])[0]).toBeCloseTo(0.75, 15);
  });

  it("gives probabilities that sum to 1 for softmax, row by row, and does not overflow", () => {
    const values = transformed({ kind: "softmax" }, [1000, 1000, 0, Math.log(3)], 2);
    expect(values[0]).toBe(0.5);
    expect(values[1]).toBe(0.5);
    expect(values[2]).toBeCloseTo(0.25, 15);
    expect(values[3]).toBeCloseTo(0.75, 15);
  });

  it("gives rates for exp", () => {
    expect(transformed({ kind: "exp" }, [0, 1])).toEqual([1, Math.E]);
  });

  it("squares and keeps the sign for signed-square", () => {
    expect(transformed({ kind: "signed-square" }, [-3, 2])).toEqual([-9, 4]);
  });

  it("gives ln(1 + e^m) for log1p-exp, and does not overflow", () => {
    expect(transformed({ kind: "log1p-exp" }, [0])[0]).toBeCloseTo(Math.LN2, 15);
    expect(transformed({ kind: "log1p-exp" }, [1000, -1000])).toEqual([1000, 0]);
  });

  it("gives an isolation forest's score, 1/2 at the expected depth, for isolation", () => {
    expect(transformed({ kind: "isolation", expectedDepth: 8 }, [0, 8, 16])).toEqual([1, 0.5, 0.25]);
  });

  it("gives 1 above 0 for step", () => {
    expect(transformed({ kind: "step" }, [-1, 0, 0.1])).toEqual([0, 0, 1]);
  });

  it("gives values that never fall from output to output for softplus-steps", () => {
    const [first, second, third] = transformed({ kind: "softplus-steps", step: 0.5 }, [3, 0, -1000], 3);
    expect(first).toBe(3);
    expect(second).toBeCloseTo(3.5 + Math.LN2, 15);
    expect(third).toBeCloseTo(4 + Math.LN2, 15);
  });

  it("leaves the mean and gives e^(2m) of the second output for mean-variance", () => {
    expect(transformed({ kind: "mean-variance" }, [7, 0, 8, 0.5], 2)).toEqual([7, 1, 8, Math.E]);
  });
});
