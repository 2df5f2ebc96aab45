import { createExplainer, loadModel, type TreeEnsemble, UnsupportedModelError } from "../../../src/index.js";
import {
  caseOf,
  casesOf,
  explain,
  fileOf,
  largestRelativeError,
  largestShapError,
  modelOf,
} from "../fixture.js";
import { itMatchesItsLibrary, type KnownDifferences } from "../matches-library.js";

const float64 = { predict: 1e-12, shap: 1e-12 };

const forests = ["random-forest", "random-forest-binary", "random-forest-multiclass", "v3.3-random-forest"];

const differences: Record<string, KnownDifferences> = Object.fromEntries(
  forests.map((name) => [`lightgbm/${name}`, { margins: true, shap: true }]),
);

describe.each(casesOf("lightgbm").map((fixture) => [fixture.name, fixture] as const))(
  "%s",
  (name, fixture) => {
    itMatchesItsLibrary(fixture, float64, differences[name]);
  },
);

describe("what LightGBM does otherwise", () => {
  it.each(forests)(
    "%s: predict(raw_score) and pred_contrib are sums over the trees, predict is their mean; ours are the mean " +
      "everywhere. LightGBM is wrong: its contributions add up to the number of trees times the prediction",
    (name) => {
      const fixture = caseOf("lightgbm", name);
      const model = modelOf(fixture) as TreeEnsemble;
      const rounds = model.treeCount / model.outputNames.length;
      expect(rounds).toBeGreaterThan(1);
      const mean = fixture.raw.map((row) => row.map((sum) => sum / rounds));
      expect(largestRelativeError(model.predict(fixture.rows).values, mean)).toBeLessThan(1e-12);
      const contributions = fixture.shap!.map((row) =>
        row.map((output) => output.map((sum) => sum / rounds)),
      );
      expect(largestShapError(explain(model, fixture), contributions)).toBeLessThan(1e-12);
    },
  );

  it.each(["linear-trees", "v3.3-linear-trees"])(
    "%s: predicted exactly, not explained by trees (LightGBM's own pred_contrib ends the program)",
    (name) => {
      const model = modelOf(caseOf("lightgbm", name));
      expect(() => createExplainer(model)).toThrow(UnsupportedModelError);
      expect(() => createExplainer(model)).toThrow(/linear_tree=False, or explain the model as a function/);
    },
  );
});

describe("LightGBM files", () => {
  it("name the categories of pandas columns", () => {
    const { categories } = modelOf(caseOf("lightgbm", "categories-text"));
    expect(categories?.[2]).toEqual(["low", "mid", "high", "été"]);
    expect(categories?.[3]).toBeUndefined();
  });

  it("take a category that training never saw as missing, as pandas does", () => {
    for (const name of ["categories-text", "categories-ordered"]) {
      const fixture = caseOf("lightgbm", name);
      const model = modelOf(fixture);
      const at = (bmi: string | null) =>
        model.predict([fixture.rows[0]!.map((cell, j) => (j === 2 ? bmi : cell))]);
      expect(at("never seen")).toEqual(at(null));
    }
  });

  it("that do not tell which columns the categories belong to ask for them", () => {
    const fixture = caseOf("lightgbm", "categories-ordered");
    for (const file of fixture.files) {
      expect(() => loadModel(fileOf(fixture, file))).toThrow(/Give the option categories/);
    }
  });

  it("have the last round asked for", () => {
    const fixture = caseOf("lightgbm", "three-rounds");
    expect((modelOf(fixture) as TreeEnsemble).treeCount).toBe(3);
    expect((loadModel(fileOf(fixture, "model.txt")) as TreeEnsemble).treeCount).toBeGreaterThan(3);
  });

  it("whose counts were not kept are not explained path-dependently", () => {
    const text = new TextDecoder().decode(fileOf(caseOf("lightgbm", "regression"), "model.txt"));
    const without = loadModel(text.replace(/^(internal|leaf)_count=.*\n/gm, ""));
    const zeros = text.replace(/^internal_count=.*$/gm, (line) => line.replace(/\d+/g, "0"));
    for (const model of [without, loadModel(zeros)]) {
      expect(() => createExplainer(model)).toThrow(/background/);
    }
  });

  it("that are cut off, or say a key twice, are refused with the place", () => {
    const text = new TextDecoder().decode(fileOf(caseOf("lightgbm", "regression"), "model.txt"));
    expect(() => loadModel(text.slice(0, 2000))).toThrow(/lightgbm-text: Tree=\d+: expected "end of trees"/);
    expect(() => loadModel(text.replace(/^num_leaves=.*$/m, "$&\n$&"))).toThrow(
      "Tree=0.num_leaves: stands twice",
    );
    expect(() => loadModel(text.replace(/^left_child=\S+/m, "left_child=999"))).toThrow(
      /Tree=0: a child is node 999/,
    );
  });
});
