import { createExplainer, loadModel, ModelFormatError } from "../../../src/index.js";
import { additivityError, casesWith, difference, modelOf, prediction, raw } from "../sklearn-cases.js";

describe.each(casesWith("linear.json"))("$title, exported by examples/export_sklearn.py", (fixture) => {
  const model = modelOf(fixture, "linear.json");

  it("is recognised, with its features by name", () => {
    expect(model.source.format).toBe("linear-json");
    expect(model.featureNames).toEqual(fixture.featureNames);
  });

  it("predicts as scikit-learn to 1e-12, raw and after the link", () => {
    expect(difference(raw(model, fixture.rows), fixture.raw.flat())).toBeLessThan(1e-12);
    expect(difference(prediction(model, fixture.rows), fixture.prediction.flat())).toBeLessThan(1e-12);
  });

  it("has explanations that add up to 1e-9", () => {
    const explanation = createExplainer(model, { background: fixture.rows.slice(0, 10) }).explain(
      fixture.rows,
    );
    expect(additivityError(explanation, model)).toBeLessThan(1e-9);
  });
});

describe("a linear model as JSON", () => {
  it("may be two numbers and no more", () => {
    const model = loadModel({ coefficients: [2, -1], intercept: 3 });
    expect(model.featureNames).toEqual(["f0", "f1"]);
    expect(model.outputNames).toEqual(["output"]);
    expect(model.predict([[1, 10]]).values).toEqual(Float64Array.of(-5));
  });

  it("may have several outputs, each with a row of coefficients", () => {
    const model = loadModel({
      coefficients: [
        [1, 0],
        [0, 1],
      ],
      intercept: [0, 0],
      link: "softmax",
      output_names: ["yes", "no"],
    });
    expect(model.outputNames).toEqual(["yes", "no"]);
    expect(model.predict([[3, 3]], { output: "probability" }).values).toEqual(Float64Array.of(0.5, 0.5));
  });

  it("applies the inverse of its link to give probabilities", () => {
    const at = (link: string, more: object = {}) =>
      loadModel({ coefficients: [1], link, ...more }).predict([[Math.log(3)]], { output: "probability" })
        .values[0];
    expect(at("identity")).toBeCloseTo(Math.log(3), 15);
    expect(at("log")).toBeCloseTo(3, 12);
    expect(at("logit")).toBeCloseTo(0.75, 12);
    expect(at("logit", { link_scale: 2 })).toBeCloseTo(0.9, 12);
  });

  it.each([
    ["no coefficients", { coefficients: [] }, "coefficients"],
    ["a coefficient that is no number", { coefficients: [1, "x"] }, "coefficients[1]"],
    ["an infinite coefficient", { coefficients: ["Infinity"] }, "coefficients[0]"],
    ["rows of different lengths", { coefficients: [[1, 2], [3]] }, "coefficients[1]"],
    ["too few intercepts", { coefficients: [[1], [2]], intercept: [1] }, "intercept"],
    ["one intercept for two outputs", { coefficients: [[1], [2]], intercept: 1 }, "intercept"],
    ["an unknown link", { coefficients: [1], link: "probit" }, "link"],
    ["softmax of one output", { coefficients: [1], link: "softmax" }, "link"],
    ["too few names", { coefficients: [1, 2], feature_names: ["a"] }, "feature_names"],
  ])("with %s is refused with the place", (_, file, path) => {
    expect(() => loadModel(file)).toThrow(ModelFormatError);
    expect(() => loadModel(file)).toThrow(`linear-json: ${path}:`);
  });
});
