import { createExplainer, loadModel, ModelFormatError, type TreeEnsemble } from "../../../src/index.js";
import { pathDependentGame, shapleyByDefinition } from "../../../src/tree/definition.js";
import {
  additivityError,
  caseNamed,
  casesWith,
  difference,
  modelOf,
  prediction,
  raw,
} from "../sklearn-cases.js";

const EXACT = 1e-12;

describe.each(casesWith("trees.json"))("$title, exported by examples/export_sklearn.py", (fixture) => {
  const model = modelOf(fixture, "trees.json") as TreeEnsemble;

  it("is recognised, with its features by name", () => {
    expect(model.source.format).toBe("shap-trees-json");
    expect(model.featureNames).toEqual(fixture.featureNames);
  });

  it("predicts as scikit-learn to 1e-12, raw and after the link", () => {
    expect(difference(raw(model, fixture.rows), fixture.raw.flat())).toBeLessThan(EXACT);
    expect(difference(prediction(model, fixture.rows), fixture.prediction.flat())).toBeLessThan(EXACT);
  });

  const explanation = createExplainer(model).explain(fixture.rows);

  it("has explanations that add up to 1e-9", () => {
    expect(additivityError(explanation, model)).toBeLessThan(1e-9);
  });

  if (fixture.shap !== undefined && !fixture.shap.wrong) {
    it(`has the values of ${fixture.shap.source}`, () => {
      expect(difference(explanation.values, fixture.shap!.values.flat(2))).toBeLessThan(1e-10);
    });
    // The base value of AdaBoost's loss is shap's own, see below.
    if (fixture.name !== "boosting-exponential") {
      it("has shap's base values", () => {
        expect(difference(explanation.baseValues, fixture.shap!.baseValues)).toBeLessThan(1e-10);
      });
    }
  }
});

describe("where Python's shap is wrong or refuses", () => {
  it("it takes a categorical split for a test of `x <= 0`; the values here are those of the definition", () => {
    const fixture = caseNamed("hist-categories");
    const model = modelOf(fixture, "trees.json") as TreeEnsemble;
    const { values, data } = createExplainer(model).explain(fixture.rows);
    const expected = fixture.rows.flatMap((_, r) =>
      Array.from(
        shapleyByDefinition(
          pathDependentGame(model, model.data.cover!, data.data, r * data.columns),
          data.columns,
        ),
      ),
    );
    expect(difference(values, expected)).toBeLessThan(EXACT);
    const theirs = fixture.shap!.values.flat(2);
    expect(difference(values, theirs)).toBeGreaterThan(0.1);
    // Theirs do not even add up to scikit-learn's own margins, beyond any rounding.
    const sums = fixture.shap!.values.map((row) =>
      row.flat().reduce((a, b) => a + b, fixture.shap!.baseValues[0]!),
    );
    expect(difference(sums, fixture.raw.flat())).toBeGreaterThan(0.1);
  });

  it("it starts AdaBoost's loss from the log-odds of the classes, scikit-learn from half of them", () => {
    const fixture = caseNamed("boosting-exponential");
    const { baseValues } = createExplainer(modelOf(fixture, "trees.json")).explain(fixture.rows);
    // 357 of the 569 rows are of class 1; scikit-learn's start is log(p / (1 − p)) / 2.
    const half = Math.log(357 / 212) / 2;
    expect(fixture.shap!.baseValues[0]! - baseValues[0]!).toBeCloseTo(half, 10);
  });

  it("it refuses gradient boosting that starts from zero, and categories by name", () => {
    expect(caseNamed("boosting-from-zero").shapRefuses).toMatch(/Unsupported init model/);
    expect(caseNamed("hist-named-categories").shapRefuses).toMatch(/could not convert string to float/);
  });
});

describe("a tree dictionary", () => {
  const tree = {
    children_left: [1, -1, -1],
    children_right: [2, -1, -1],
    children_default: [2, -1, -1],
    features: [1, -2, -2],
    thresholds: [0.1, -2, -2],
    values: [[0], [1], [2]],
    node_sample_weight: [4, 3, 1],
  };
  const load = (change: object = {}, document: object = {}) =>
    loadModel({ trees: [{ ...tree, ...change }], ...document }) as TreeEnsemble;
  const at = (model: TreeEnsemble, x: number) => model.predict([[0, x]]).values[0];

  it("goes left where x <= threshold, and missing values to children_default", () => {
    const model = load();
    expect([at(model, 0.1), at(model, 0.2), at(model, Number.NaN)]).toEqual([1, 2, 2]);
  });

  it("compares float32 rows where input_dtype says so", () => {
    // float32(0.1) is above 0.1.
    expect(at(load({}, { input_dtype: "float32" }), 0.1)).toBe(2);
  });

  it("sends the codes of `categories` to the left, all others to the right", () => {
    const model = load({ categories: [[0, 33], null, null] });
    expect([0, 33, 1, 34, -1].map((code) => at(model, code))).toEqual([1, 1, 2, 2, 2]);
  });

  it("knows categories by name", () => {
    const names = { category_names: [null, ["red", "green"]], feature_names: ["a", "b"] };
    const model = load({ categories: [[1], null, null] }, names);
    expect(model.predict([{ b: "green" }, { b: "red" }, { b: "blue" }]).values).toEqual(
      Float64Array.of(1, 2, 2),
    );
  });

  it("reads shap's older names of members", () => {
    const { features, thresholds, values, ...rest } = tree;
    const older = { ...rest, feature: features, threshold: thresholds, value: values };
    expect(at(loadModel({ trees: [older] }) as TreeEnsemble, 0)).toBe(1);
  });

  it("has no covers where the weights are left out, and then asks for background rows", () => {
    const model = load({ node_sample_weight: undefined });
    expect(() => createExplainer(model)).toThrow(/background/);
  });

  it("takes log_odds for a logit link, and reads links by name", () => {
    const link = (document: object) => load({}, document).transform.kind;
    expect(link({ tree_output: "log_odds" })).toBe("logistic");
    expect(link({ link: "log" })).toBe("exp");
    expect(link({ link: "isolation", expected_depth: 3 })).toBe("isolation");
    expect(link({})).toBe("identity");
  });

  it.each([
    ["a child out of range", { children_left: [7, -1, -1] }, "trees[0]"],
    ["a cycle", { children_left: [0, -1, -1] }, "trees[0]"],
    ["a missing value's way to no child", { children_default: [9, -1, -1] }, "trees[0].children_default[0]"],
    ["lists of different lengths", { features: [1] }, "trees[0].features"],
    ["a leaf that is no number", { values: [[0], ["x"], [2]] }, "trees[0].values[1][0]"],
    ["too many categories", { categories: [[1e9], null, null] }, "trees[0].categories[0]"],
    ["a negative feature", { features: [-3, -2, -2] }, "trees[0].features[0]"],
  ])("with %s is refused with the place", (_, change, path) => {
    expect(() => load(change)).toThrow(ModelFormatError);
    expect(() => load(change)).toThrow(path);
  });
});
