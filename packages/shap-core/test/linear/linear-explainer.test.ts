import fc from "fast-check";
import { createExplainer, LinearModel, type LinearModelData } from "../../src/index.js";
import { identity, logistic } from "../../src/model/output-transform.js";
import { largestDifference, python } from "../python-explainers.js";

function linearModel(coefficients: number[][], intercepts: number[], rest: Partial<LinearModelData> = {}) {
  return new LinearModel({
    featureNames: coefficients[0]!.map((_, j) => `x${j}`),
    outputNames: coefficients.map((_, k) => `y${k}`),
    coefficients: Float64Array.from(coefficients.flat()),
    intercepts: Float64Array.from(intercepts),
    transform: identity,
    source: { format: "test" },
    ...rest,
  });
}

describe("LinearExplainer, interventional", () => {
  const { background, rows, models } = python.linear;

  it.each(["regression", "logistic", "multiclass"] as const)("equals Python's shap to 1e-9: %s", (name) => {
    const { coefficients, intercepts, values, expectedValue } = models[name];
    const explainer = createExplainer(linearModel(coefficients, intercepts), { background });
    const explanation = explainer.explain(rows);
    expect(explainer.method).toBe("linear");
    expect(explanation.shape).toEqual(name === "multiclass" ? [6, 5, 3] : [6, 5]);
    expect(largestDifference(explanation.values, values)).toBeLessThan(1e-9);
    expect(largestDifference(explainer.expectedValue, expectedValue)).toBeLessThan(1e-9);
  });

  it("takes the mean in place of rows", () => {
    const model = linearModel([[2, -1]], [5]);
    const explanation = createExplainer(model, { background: { mean: [1, 2] } }).explain([[4, 2]]);
    expect([...explanation.values]).toEqual([6, -0]);
    expect([...explanation.baseValues]).toEqual([5]);
  });

  it("counts a missing value as the model does", () => {
    const model = linearModel([[2, -1]], [5], { missingValue: 0 });
    const explanation = createExplainer(model, { background: [[1, null]] }).explain([[Number.NaN, 3]]);
    expect([...explanation.values]).toEqual([-2, -3]);
  });

  it("refuses a missing value the model has no use for, naming row and column", () => {
    const explainer = createExplainer(linearModel([[2, -1]], [5]), { background: [[1, 1]] });
    expect(() => explainer.explain([{ x0: 1, x1: 1 }, { x0: 1 }])).toThrow(
      /row 1, "x1": missing.*fill it in/,
    );
    expect(() => createExplainer(linearModel([[2, -1]], [5]), { background: [[null, 1]] })).toThrow(
      /background row 0, "x0": missing/,
    );
  });

  it("needs a background, and says which options are not for linear models", () => {
    const model = linearModel([[2, -1]], [5], { transform: logistic });
    expect(() => createExplainer(model)).toThrow("Give `background`");
    expect(() => createExplainer(model, { background: [] })).toThrow("the background has 0 rows");
    expect(() =>
      createExplainer(model, { background: [[0, 0]], perturbation: "tree_path_dependent" }),
    ).toThrow("is for trees");
    expect(() => createExplainer(model, { background: [[0, 0]], output: "probability" })).toThrow(
      /no sum over its features.*method "exact"/,
    );
    expect(() => createExplainer(model, { background: [[0, 0]], method: "tree" })).toThrow('Use "linear"');
  });
});

describe("LinearExplainer, correlation_dependent", () => {
  it.each(["plain", "redundant", "nearlyRedundant"] as const)(
    "equals Python's shap over all orders to 1e-9: %s features",
    (name) => {
      const { background, rows, coefficients, intercept, values, expectedValue } =
        python.correlation_dependent[name];
      const explainer = createExplainer(linearModel([coefficients], [intercept]), {
        background,
        perturbation: "correlation_dependent",
      });
      const explanation = explainer.explain(rows);
      expect(largestDifference(explanation.values, values)).toBeLessThan(1e-9);
      expect(largestDifference(explainer.expectedValue, [expectedValue])).toBeLessThan(1e-9);
    },
  );

  it("adds up to the prediction, whatever the row and however redundant the features", () => {
    const number = fc.double({ min: -3, max: 3, noNaN: true });
    const row = fc.array(number, { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(row, { minLength: 5, maxLength: 9 }), row, number, (base, x, scale) => {
        // The fourth feature is a multiple of the first in the background, and the fifth constant; not in the row.
        const background = base.map((b) => [...b, scale * b[0]!, 1]);
        const model = linearModel([[1, -2, 0.5, 3, 4]], [0.25]);
        const explanation = createExplainer(model, {
          background,
          perturbation: "correlation_dependent",
        }).explain([[...x, 2, -1]]);
        expect(explanation.predictions()[0]).toBeCloseTo(model.predict([[...x, 2, -1]]).values[0]!, 6);
      }),
      { numRuns: 60 },
    );
  });

  it("splits credit evenly among features that are scaled copies of each other", () => {
    const background = [1, 2, 4, 7].map((a) => [a, -10 * a]);
    const explainer = createExplainer(linearModel([[3, 0]], [0]), {
      background,
      perturbation: "correlation_dependent",
    });
    const [a, b] = explainer.explain([[5.5, -55]]).values;
    expect(a).toBeCloseTo(3, 9);
    expect(b).toBeCloseTo(3, 9);
  });

  it("samples orders above 12 features: repeatable, and near what it is for independent features", () => {
    const features = 13;
    const covariance = Array.from({ length: features }, (_, i) =>
      Array.from({ length: features }, (_, j) => (i === j ? 1 : 0)),
    );
    const model = linearModel([Array.from({ length: features }, (_, j) => j - 6)], [0]);
    const options = {
      background: { mean: new Array(features).fill(0), covariance },
      perturbation: "correlation_dependent",
      maxEvaluations: 20,
    } as const;
    const rows = [Array.from({ length: features }, (_, j) => j)];
    const first = createExplainer(model, { ...options, seed: 3 }).explain(rows);
    expect(first.values).toEqual(createExplainer(model, { ...options, seed: 3 }).explain(rows).values);
    first.values.forEach((value, j) => {
      expect(value).toBeCloseTo((j - 6) * j, 9);
    });
  });

  it("says what is missing of mean and covariance", () => {
    const model = linearModel([[2, -1]], [5]);
    const correlated = { perturbation: "correlation_dependent" } as const;
    expect(() => createExplainer(model, { background: { mean: [1] } })).toThrow("mean has 1 numbers");
    expect(() => createExplainer(model, { background: { mean: [1, 2] }, ...correlated })).toThrow(
      "a covariance of 2 × 2",
    );
    expect(() => createExplainer(model, { background: [[1, 2]], ...correlated })).toThrow("at least 2");
  });
});
