import { createExplainer, loadModel, type TreeEnsemble, UnsupportedModelError } from "../../../src/index.js";
import { caseOf, casesOf, fileOf, largestShapError, modelOf } from "../fixture.js";
import { itMatchesItsLibrary } from "../matches-library.js";

/** XGBoost sums in float32: 24 bits, so that some 20 additions cost a few 1e-7. */
const float32 = { predict: 1e-6, shap: 1e-6 };

const differences: Record<string, { predictions?: boolean; shap?: boolean }> = {
  // XGBoost gives the number of the likeliest class; the probabilities it was chosen by are what can be explained.
  "xgboost/softmax": { predictions: true },
};

describe.each(casesOf("xgboost").map((fixture) => [fixture.name, fixture] as const))(
  "%s",
  (name, fixture) => {
    itMatchesItsLibrary(fixture, float32, differences[name]);
  },
);

describe("what XGBoost does otherwise", () => {
  it("multi:softmax predicts the class whose probability here is the largest", () => {
    const fixture = caseOf("xgboost", "softmax");
    const { values } = modelOf(fixture).predict(fixture.rows, { output: "probability" });
    fixture.predictions!.forEach(([label], r) => {
      const row = Array.from(values.subarray(r * 3, r * 3 + 3));
      expect(row.indexOf(Math.max(...row))).toBe(label);
    });
  });

  it.each(["gblinear", "gblinear-multiclass", "v1.6-gblinear"])(
    "%s: pred_contribs is w·x with the bias as base value, that is, the value against a row of zeros. Ours are against " +
      "the background given; against zeros they are XGBoost's. Both add up; XGBoost's tell what a feature adds to an " +
      "empty row, not to a typical one",
    (name) => {
      const fixture = caseOf("xgboost", name);
      const background = [fixture.columns.map(() => 0)];
      const explanation = createExplainer(modelOf(fixture), { background }).explain(fixture.rows);
      expect(largestShapError(explanation, fixture.shap!)).toBeLessThan(1e-6);
    },
  );

  it("vector leaves of XGBoost 2.0 carry no covers: path-dependent values are refused with the way out", () => {
    const model = modelOf(caseOf("xgboost", "v2.0-vector-leaf"));
    expect(() => createExplainer(model)).toThrow(UnsupportedModelError);
    expect(() => createExplainer(model)).toThrow(/background/);
  });
});

describe("XGBoost files", () => {
  it("hold deleted nodes that are left out", () => {
    const fixture = caseOf("xgboost", "pruned");
    const document = JSON.parse(new TextDecoder().decode(fileOf(fixture, "model.json")));
    const { trees } = document.learner.gradient_booster.model;
    const inFile = trees.map((tree: { left_children: number[] }) => tree.left_children.length);
    const model = modelOf(fixture) as TreeEnsemble;
    const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
    expect(
      sum(trees.map((tree: { tree_param: { num_deleted: string } }) => Number(tree.tree_param.num_deleted))),
    ).toBeGreaterThan(0);
    expect(model.nodeCount).toBeLessThan(sum(inFile));
  });

  it("stop at the best iteration unless all are asked for", () => {
    const trees = (name: string) => (modelOf(caseOf("xgboost", name)) as TreeEnsemble).treeCount;
    expect(trees("early-stopping")).toBeLessThan(trees("early-stopping-all"));
    expect(trees("early-stopping-three")).toBe(3);
    const bytes = fileOf(caseOf("xgboost", "early-stopping"), "model.json");
    expect(() => loadModel(bytes, { iterations: 1000 })).toThrow(/whole number from 1 to \d+/);
  });

  it("name the categories behind codes", () => {
    expect(modelOf(caseOf("xgboost", "categories-text")).categories?.[2]).toEqual([
      "low",
      "mid",
      "high",
      "été",
    ]);
    expect(modelOf(caseOf("xgboost", "categories-numbers")).categories?.[0]).toEqual([
      "1990",
      "1995",
      "2000",
      "2005",
      "2010",
    ]);
  });

  it("predict nothing for a category that training never saw, as XGBoost", () => {
    const fixture = caseOf("xgboost", "categories-text");
    const row = fixture.rows[0]!.map((cell, j) => (j === 2 ? "never seen" : cell));
    expect(() => modelOf(fixture).predict([row])).toThrow(
      /row 0, "bmi": the model gives no prediction for a category/,
    );
  });

  it("of a dart dump need its weights", () => {
    const fixture = caseOf("xgboost", "dump-dart");
    const dump = fileOf(fixture, "dump.json");
    expect(() => loadModel(dump, { ...fixture.load, treeWeights: [1] })).toThrow(
      /10 finite numbers, one a tree/,
    );
    const unweighted = loadModel(dump, { ...fixture.load, treeWeights: undefined });
    expect(unweighted.predict(fixture.rows)).not.toEqual(modelOf(fixture).predict(fixture.rows));
  });

  it("of a dump ask for what it lacks", () => {
    const fixture = caseOf("xgboost", "dump-softprob");
    const bytes = fileOf(fixture, "dump.json");
    expect(() => loadModel(bytes)).toThrow(/does not tell objective, baseScore, featureNames/);
    expect(() => loadModel(bytes, { ...fixture.load, baseScore: undefined })).toThrow(
      /does not tell baseScore\./,
    );
    expect(() => loadModel(bytes, { ...fixture.load, baseScore: 0, outputs: 5 })).toThrow(
      /multiple of 5 trees/,
    );
  });

  it("of an objective of one's own ask for its link", () => {
    const document = JSON.parse(new TextDecoder().decode(fileOf(caseOf("xgboost", "poisson"), "model.json")));
    document.learner.objective.name = "my:objective";
    expect(() => loadModel(document)).toThrow(/"my:objective" is not known/);
    expect(loadModel(document, { objective: "count:poisson" }).source.objective).toBe("count:poisson");
  });
});
