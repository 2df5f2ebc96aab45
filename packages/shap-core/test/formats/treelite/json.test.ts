import {
  createExplainer,
  loadModel,
  ModelFormatError,
  type TreeEnsemble,
  UnsupportedModelError,
} from "../../../src/index.js";
import {
  additivityError,
  caseNamed,
  casesWith,
  difference,
  modelOf,
  prediction,
  raw,
} from "../sklearn-cases.js";

/**
 * Treelite compares in float64 where scikit-learn's trees round the row to float32 first: with rows of float32 both
 * do the same. Its histogram boosting is float64 in both, its XGBoost models float32.
 */
const asFloat32 = (rows: readonly (readonly unknown[])[]) =>
  rows.map((row) => row.map((cell) => (typeof cell === "number" ? Math.fround(cell) : (cell as null))));

describe.each(casesWith("treelite.json"))("$title, dumped by Treelite", (fixture) => {
  const model = modelOf(fixture, "treelite.json") as TreeEnsemble;
  const isFloat32 = fixture.name.startsWith("xgboost");
  const rounds = /^(forest|extra|boosting|isolation)/.test(fixture.name);
  const rows = rounds ? asFloat32(fixture.rows) : fixture.rows;
  const tolerance = isFloat32 ? 1e-6 : 1e-12;

  it("is recognised", () => expect(model.source.format).toBe("treelite-json"));

  it(`gives what Treelite's own predictor gives`, () => {
    const theirs = fixture.runtimes["treelite.json"]!.flat();
    // Treelite computes its softmax in float32, whatever the trees are.
    const own = model.transform.kind === "softmax" ? 1e-7 : tolerance;
    expect(difference(prediction(model, fixture.rows), theirs)).toBeLessThan(own);
  });

  // Below: rows with categories that the model has never seen.
  if (fixture.name !== "hist-categories") {
    it(`predicts the library's raw outputs to ${tolerance}`, () => {
      expect(difference(raw(model, rows), fixture.raw.flat())).toBeLessThan(tolerance);
    });
  }

  const explanation = createExplainer(model).explain(rows);

  it("has explanations that add up to 1e-9", () => {
    expect(additivityError(explanation, model)).toBeLessThan(1e-9);
  });

  if (fixture.shap !== undefined && !fixture.shap.wrong) {
    it(`has the values of ${fixture.shap.source}`, () => {
      const shapTolerance = isFloat32 ? 1e-6 : 1e-10;
      expect(difference(explanation.values, fixture.shap!.values.flat(2))).toBeLessThan(shapTolerance);
    });
  }
});

describe("where Treelite and scikit-learn disagree", () => {
  it("rows that are no float32 numbers are rounded by scikit-learn's trees only: one SHAP value of 200 differs", () => {
    const fixture = caseNamed("forest-regression");
    const model = modelOf(fixture, "treelite.json");
    const theirs = fixture.shap!.values.flat(2);
    const asGiven = createExplainer(model).explain(fixture.rows as number[][]).values;
    expect(difference(asGiven, theirs)).toBeGreaterThan(1e-4);
    expect(difference(createExplainer(model).explain(asFloat32(fixture.rows)).values, theirs)).toBeLessThan(
      1e-10,
    );
  });

  it("AdaBoost's loss: Treelite takes the margin for log-odds, scikit-learn for half of them", () => {
    const fixture = caseNamed("boosting-exponential");
    const ours = prediction(modelOf(fixture, "treelite.json"), asFloat32(fixture.rows));
    // The file says sigmoid with alpha 1, and Treelite's own predictor does so; the tree dictionary says link_scale 2.
    expect(
      difference(
        ours,
        fixture.raw.flat().map((m) => 1 / (1 + Math.exp(-m))),
      ),
    ).toBeLessThan(1e-12);
    expect(difference(ours, fixture.prediction.flat())).toBeGreaterThan(0.1);
  });

  it("an isolation forest's expected depth is float32 in Treelite: scores differ by 1e-8", () => {
    const fixture = caseNamed("isolation");
    const error = difference(
      prediction(modelOf(fixture, "treelite.json"), fixture.rows),
      fixture.prediction.flat(),
    );
    expect(error).toBeGreaterThan(1e-10);
    expect(error).toBeLessThan(1e-7);
  });

  it("a category never seen goes where missing values go in scikit-learn, to the side without a list in Treelite", () => {
    const fixture = caseNamed("hist-categories");
    const isUnseen = fixture.rows.map((row) => row.at(-1) === 7);
    expect(isUnseen.filter(Boolean)).toHaveLength(4);
    const ours = raw(modelOf(fixture, "treelite.json"), fixture.rows);
    const errors = fixture.raw.map(([theirs], r) => Math.abs(ours[r]! - theirs!));
    expect(Math.max(...errors.filter((_, r) => isUnseen[r]))).toBeGreaterThan(0.01);
    expect(Math.max(...errors.filter((_, r) => !isUnseen[r]))).toBeLessThan(1e-12);
    // The tree dictionary turns the sets, so that an unseen category goes with missing values: scikit-learn's values.
    expect(difference(raw(modelOf(fixture, "trees.json"), fixture.rows), fixture.raw.flat())).toBeLessThan(
      1e-12,
    );
  });
});

describe("a Treelite dump", () => {
  const node = (more: object) => ({ data_count: 2, ...more });
  const split = {
    node_id: 0,
    split_feature_id: 0,
    default_left: true,
    node_type: "numerical_test_node",
    comparison_op: "<",
    threshold: 0.5,
    left_child: 1,
    right_child: 2,
    data_count: 4,
  };
  const dump = (change: object = {}, document: object = {}) => ({
    threshold_type: "float64",
    leaf_output_type: "float64",
    num_feature: 1,
    task_type: "kRegressor",
    average_tree_output: false,
    num_target: 1,
    num_class: [1],
    leaf_vector_shape: [1, 1],
    target_id: [0],
    class_id: [0],
    postprocessor: "identity",
    sigmoid_alpha: 1,
    ratio_c: 1,
    base_scores: [10],
    trees: [
      {
        num_nodes: 3,
        nodes: [
          { ...split, ...change },
          node({ node_id: 1, leaf_value: 1 }),
          node({ node_id: 2, leaf_value: 2 }),
        ],
      },
    ],
    ...document,
  });
  const at = (file: object, ...values: number[]) =>
    Array.from((loadModel(file) as TreeEnsemble).predict(values.map((x) => [x])).values);

  it.each([
    ["<", [11, 12, 12, 11]],
    ["<=", [11, 11, 12, 11]],
    [">", [12, 12, 11, 11]],
    [">=", [12, 11, 11, 11]],
  ])("asks `x %s threshold`, and sends missing values to the default child", (comparison_op, expected) => {
    expect(at(dump({ comparison_op }), 0.4, 0.5, 0.6, Number.NaN)).toEqual(expected);
  });

  it("reads lists of categories that go to either child", () => {
    const categorical = { node_type: "categorical_test_node", category_list: [0, 40] };
    expect(at(dump({ ...categorical, category_list_right_child: false }), 0, 40, 1)).toEqual([11, 11, 12]);
    expect(at(dump({ ...categorical, category_list_right_child: true }), 0, 40, 1, Number.NaN)).toEqual([
      12, 12, 11, 11,
    ]);
  });

  it.each([
    ["sigmoid", { sigmoid_alpha: 2 }, 1 / (1 + Math.exp(-22))],
    ["exponential", {}, Math.exp(11)],
    ["signed_square", {}, 121],
    ["logarithm_one_plus_exp", {}, Math.log1p(Math.exp(11))],
    ["exponential_standard_ratio", { ratio_c: 11 }, 0.5],
    ["hinge", {}, 1],
    ["identity", {}, 11],
  ])("applies the postprocessor %s", (postprocessor, more, expected) => {
    const model = loadModel(dump({}, { postprocessor, ...more }));
    expect(model.predict([[0]], { output: "probability" }).values[0]).toBeCloseTo(expected, 12);
  });

  it("takes its features' names from the caller", () => {
    expect(loadModel(dump(), { featureNames: ["age"] }).featureNames).toEqual(["age"]);
  });

  it("refuses what it does not read, saying what would work", () => {
    const targets = { num_target: 2, num_class: [2, 2], base_scores: [0, 0, 0, 0], postprocessor: "softmax" };
    expect(() => loadModel(dump({}, targets))).toThrow(UnsupportedModelError);
    expect(() => loadModel(dump({ comparison_op: "==" }))).toThrow(UnsupportedModelError);
  });

  it.each([
    [
      "a threshold that Treelite wrote as nothing",
      dump({ threshold: undefined }),
      "trees[0].nodes[0].threshold",
    ],
    ["a child out of range", dump({ left_child: 3 }), "trees[0].nodes[0].left_child"],
    ["a cycle", dump({ left_child: 0 }), "trees[0]"],
    ["1e9 features", dump({}, { num_feature: 1e9 }), "num_feature"],
    ["1e9 classes", dump({}, { num_class: [1e9] }), "num_class[0]"],
    ["a tree of no class", dump({}, { class_id: [4] }), "class_id[0]"],
    ["an unknown postprocessor", dump({}, { postprocessor: "magic" }), "postprocessor"],
  ])("with %s is refused with the place", (_, file, path) => {
    expect(() => loadModel(file)).toThrow(ModelFormatError);
    expect(() => loadModel(file)).toThrow(path);
  });
});
