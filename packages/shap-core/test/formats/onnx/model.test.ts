import { createExplainer, loadModel, ModelFormatError, UnsupportedModelError } from "../../../src/index.js";
import {
  additivityError,
  caseFile,
  caseNamed,
  casesWith,
  difference,
  modelOf,
  prediction,
  raw,
} from "../sklearn-cases.js";
import { onnxModel } from "./write-onnx.js";

/** ONNX keeps thresholds and weights in float32, and its runtime computes in float32: predictions agree to about 1e-6. */
const FLOAT32 = 3e-6;

const files = ["model.onnx", "model-v3.onnx", "model-v5.onnx", "model-double.onnx", "model-columns.onnx"];

describe.each(files.flatMap((file) => casesWith(file).map((fixture) => ({ ...fixture, file }))))(
  "$title in $file",
  (fixture) => {
    const { file, rows } = fixture;
    const model = modelOf(fixture, file);

    it("is recognised", () => expect(model.source.format).toBe("onnx"));

    it("predicts as ONNX Runtime", () => {
      const theirs = fixture.runtimes[file]!;
      // The runtime gives both of two classes, the model the second's log-odds.
      const wanted =
        model.outputNames.length < theirs[0]!.length ? theirs.map((row) => row.slice(1)) : theirs;
      expect(difference(prediction(model, rows), wanted.flat())).toBeLessThan(FLOAT32);
    });

    // Below: skl2onnx forgets where missing values go.
    if (fixture.name !== "forest-missing") {
      it("has scikit-learn's raw outputs", () => {
        const exact = file === "model-v3.onnx" || file === "model-v5.onnx" || file === "model-double.onnx";
        expect(difference(raw(model, rows), fixture.raw.flat())).toBeLessThan(exact ? 1e-12 : FLOAT32);
      });
    }

    it("has no covers, so that explanations ask for background rows, and add up with them", () => {
      if (model.kind === "tree-ensemble") expect(() => createExplainer(model)).toThrow(/background/);
      const explanation = createExplainer(model, { background: rows.slice(0, 5) }).explain(rows);
      expect(additivityError(explanation, model)).toBeLessThan(1e-9);
    });
  },
);

describe("explanations from ONNX", () => {
  it("are those of the tree dictionary, exact for double tensors and to 1e-6 for float32", () => {
    const fixture = caseNamed("boosting-regression");
    const background = fixture.rows.slice(0, 8);
    const values = (file: string) =>
      createExplainer(modelOf(fixture, file), { background }).explain(fixture.rows).values;
    expect(difference(values("model-v5.onnx"), values("trees.json"))).toBeLessThan(1e-12);
    expect(difference(values("model.onnx"), values("trees.json"))).toBeLessThan(FLOAT32);
  });
});

describe("where an exporter and its library disagree", () => {
  it("skl2onnx 1.20 writes a forest without where missing values go: they go right, whatever was learned", () => {
    const fixture = caseNamed("forest-missing");
    const ours = raw(modelOf(fixture, "model.onnx"), fixture.rows);
    expect(difference(ours, fixture.raw.flat())).toBeGreaterThan(0.1);
    expect(difference(ours, fixture.runtimes["model.onnx"]!.flat())).toBeLessThan(FLOAT32);
    const whole = fixture.rows.map((row) => row.every((cell) => cell !== null));
    fixture.raw.forEach((theirs, r) => {
      if (whole[r]) expect(Math.abs(ours[2 * r]! - theirs[0]!)).toBeLessThan(FLOAT32);
    });
  });
});

/** One tree, `column 0 <= 0.5 ? 1 : 2`, as a regressor with changes. */
const regressor = (change: object = {}, input = "X") => ({
  op: "TreeEnsembleRegressor",
  domain: "ai.onnx.ml",
  inputs: [input],
  outputs: ["Y"],
  attributes: {
    n_targets: 1,
    nodes_treeids: [0, 0, 0],
    nodes_nodeids: [0, 1, 2],
    nodes_featureids: [0, 0, 0],
    nodes_modes: ["BRANCH_LEQ", "LEAF", "LEAF"],
    nodes_values: Float32Array.of(0.5, 0, 0),
    nodes_truenodeids: [1, 0, 0],
    nodes_falsenodeids: [2, 0, 0],
    target_treeids: [0, 0],
    target_nodeids: [1, 2],
    target_ids: [0, 0],
    target_weights: Float32Array.of(1, 2),
    ...change,
  },
});

const load = (...nodes: object[]) => loadModel(onnxModel({ nodes }));
const at = (model: ReturnType<typeof load>, ...values: number[]) =>
  Array.from(model.predict(values.map((x) => [x, 0])).values);

describe("a tree ensemble operator", () => {
  it.each([
    ["BRANCH_LEQ", [1, 1, 2]],
    ["BRANCH_LT", [1, 2, 2]],
    ["BRANCH_GTE", [2, 1, 1]],
    ["BRANCH_GT", [2, 2, 1]],
  ])("reads %s", (mode, expected) => {
    const model = load(regressor({ nodes_modes: [mode, "LEAF", "LEAF"] }));
    expect(at(model, 0.4, 0.5, 0.6)).toEqual(expected);
    // A missing value makes every comparison false, unless the split says otherwise.
    expect(at(model, Number.NaN)).toEqual([2]);
    const tracks = { nodes_missing_value_tracks_true: [1, 0, 0] };
    expect(at(load(regressor({ nodes_modes: [mode, "LEAF", "LEAF"], ...tracks })), Number.NaN)).toEqual([1]);
  });

  it("refuses tests for equality by name", () => {
    expect(() => load(regressor({ nodes_modes: ["BRANCH_EQ", "LEAF", "LEAF"] }))).toThrow(
      /TreeEnsembleRegressor with the node mode BRANCH_EQ/,
    );
  });

  it("averages and adds base values", () => {
    const model = load(regressor({ aggregate_function: "AVERAGE", base_values: Float32Array.of(10) }));
    expect(at(model, 0, 1)).toEqual([11, 12]);
  });

  it("takes hit rates for covers where they add up, and not where every one is 1", () => {
    const cover = (...rates: number[]) => {
      const model = load(regressor({ nodes_hitrates: Float32Array.from(rates) }));
      return model.kind === "tree-ensemble" ? model.data.cover : undefined;
    };
    expect(cover(10, 7, 3)).toEqual(Float64Array.of(10, 7, 3));
    expect(cover(1, 1, 1)).toBeUndefined();
    expect(cover(10, 7, 7)).toBeUndefined();
  });

  it.each([
    ["a child that is no node", { nodes_truenodeids: [9, 0, 0] }],
    ["a cycle", { nodes_truenodeids: [0, 0, 0] }],
    ["a column that is not there", { nodes_featureids: [5, 0, 0] }],
    ["two nodes of one id", { nodes_nodeids: [0, 1, 1] }],
    ["a weight of no node", { target_nodeids: [1, 8] }],
    ["a weight of no target", { target_ids: [0, 3] }],
    ["1e9 targets", { n_targets: 1e9 }],
    ["lists of different lengths", { nodes_values: Float32Array.of(1) }],
    ["the threshold NaN", { nodes_values: Float32Array.of(Number.NaN, 0, 0) }],
    ["an unknown mode", { nodes_modes: ["BRANCH_MAYBE", "LEAF", "LEAF"] }],
  ])("with %s is refused with the place", (_, change) => {
    expect(() => load(regressor(change))).toThrow(ModelFormatError);
    expect(() => load(regressor(change))).toThrow(/graph\.node\[0\]/);
  });
});

describe("a classifier of two classes with the weights of one", () => {
  const classifier = (weights: number[], change: object = {}) => {
    const { attributes } = regressor();
    const {
      n_targets: _,
      target_treeids,
      target_nodeids,
      target_ids,
      target_weights: __,
      ...nodes
    } = attributes;
    return {
      op: "TreeEnsembleClassifier",
      domain: "ai.onnx.ml",
      inputs: ["X"],
      outputs: ["label", "Y"],
      attributes: {
        ...nodes,
        class_treeids: target_treeids,
        class_nodeids: target_nodeids,
        class_ids: target_ids,
        class_weights: Float32Array.from(weights),
        classlabels_strings: ["no", "yes"],
        ...change,
      },
    };
  };

  // What ONNX Runtime 1.32 gives for the same operators.
  it("has probabilities of both where no weight is negative", () => {
    const model = load(classifier([0.25, 0.75]));
    expect(model.outputNames).toEqual(["no", "yes"]);
    expect(at(model, 0, 1)).toEqual([0.75, 0.25, 0.25, 0.75]);
  });

  it("has the second's margin where one is", () => {
    const model = load(classifier([-0.25, 0.75], { base_values: Float32Array.of(0.5) }));
    expect(model.outputNames).toEqual(["yes"]);
    expect(at(model, 0, 1)).toEqual([0.25, 1.25]);
  });

  it("has the second's log-odds with the post-transform LOGISTIC", () => {
    const model = load(classifier([0.25, 0.75], { post_transform: "LOGISTIC" }));
    expect(model.outputNames).toEqual(["yes"]);
    expect(model.predict([[0, 0]], { output: "probability" }).values[0]).toBeCloseTo(
      1 / (1 + Math.exp(-0.25)),
      12,
    );
  });

  it("is refused where runtimes do not agree: two base values, softmax", () => {
    expect(() => load(classifier([0.25, 0.75], { base_values: Float32Array.of(1, 2) }))).toThrow(
      UnsupportedModelError,
    );
    expect(() => load(classifier([0.25, 0.75], { post_transform: "SOFTMAX" }))).toThrow(
      UnsupportedModelError,
    );
    expect(() => load(classifier([0.25, 0.75], { post_transform: "PROBIT" }))).toThrow(UnsupportedModelError);
  });
});

describe("what stands around the model", () => {
  const constant = (values: number[]) => Float32Array.from(values);

  it("is folded into thresholds: scaling, also by a negative number", () => {
    const scaler = { op: "Scaler", domain: "ai.onnx.ml", inputs: ["X"], outputs: ["S"] };
    const scaled = (offset: number[], scale: number[]) =>
      load(
        { ...scaler, attributes: { offset: constant(offset), scale: constant(scale) } },
        regressor({}, "S"),
      );
    // (x − 10) · 0.25 <= 0.5 where x <= 12.
    expect(at(scaled([10], [0.25]), 11.9, 12, 12.1, Number.NaN)).toEqual([1, 1, 2, 2]);
    // (x − 10) · −0.25 <= 0.5 where x >= 8.
    expect(at(scaled([10], [-0.25]), 7.9, 8, 8.1, Number.NaN)).toEqual([2, 1, 1, 2]);
  });

  it("is folded into sums: constants added, multiplied and subtracted, casts and reshapes passed through", () => {
    const initializers = { two: constant([2]), three: constant([3]) };
    const after = (...nodes: object[]) =>
      loadModel(onnxModel({ nodes: [regressor(), ...nodes], initializers, output: "Z" }));
    expect(at(after({ op: "Mul", inputs: ["Y", "two"], outputs: ["Z"] }), 0, 1)).toEqual([2, 4]);
    expect(at(after({ op: "Add", inputs: ["three", "Y"], outputs: ["Z"] }), 0, 1)).toEqual([4, 5]);
    expect(at(after({ op: "Sub", inputs: ["three", "Y"], outputs: ["Z"] }), 0, 1)).toEqual([2, 1]);
    expect(at(after({ op: "Div", inputs: ["Y", "two"], outputs: ["Z"] }), 0, 1)).toEqual([0.5, 1]);
    const sigmoid = after({ op: "Sigmoid", inputs: ["Y"], outputs: ["Z"] });
    expect(sigmoid.predict([[0, 0]], { output: "probability" }).values[0]).toBeCloseTo(
      1 / (1 + Math.exp(-1)),
      12,
    );
  });

  it("is refused by name where it is more than that", () => {
    const imputer = { op: "Imputer", domain: "ai.onnx.ml", inputs: ["X"], outputs: ["S"] };
    expect(() => load(imputer, regressor({}, "S"))).toThrow(UnsupportedModelError);
    expect(() => load(imputer, regressor({}, "S"))).toThrow(
      /operator ai\.onnx\.ml\.Imputer \(graph\.node\[0\]\)/,
    );
    const normalizer = {
      op: "Normalizer",
      domain: "ai.onnx.ml",
      inputs: ["Y"],
      outputs: ["Z"],
      attributes: { norm: "L2" },
    };
    expect(() => loadModel(onnxModel({ nodes: [regressor(), normalizer], output: "Z" }))).toThrow(
      /Normalizer/,
    );
  });

  it("is refused where it is computed of some of the scores, along other axes, or in whole numbers", () => {
    const two = regressor({ n_targets: 2, target_ids: [0, 1] });
    const after = (...nodes: object[]) =>
      loadModel(onnxModel({ nodes: [two, ...nodes], initializers: { one: constant([1]) }, output: "Z" }));
    const slice = { op: "Slice", inputs: ["Y", "one"], outputs: ["S"] };
    expect(() => after(slice, { op: "Mul", inputs: ["S", "one"], outputs: ["Z"] })).toThrow(/operator Mul/);
    expect(() => after({ op: "Softmax", inputs: ["Y"], outputs: ["Z"], attributes: { axis: 0 } })).toThrow(
      /Softmax/,
    );
    expect(() => after({ op: "Cast", inputs: ["Y"], outputs: ["Z"], attributes: { to: 7 } })).toThrow(/Cast/);
    expect(after(slice, { op: "Identity", inputs: ["S"], outputs: ["Z"] }).outputNames).toHaveLength(2);
  });

  it("names features by the inputs where each is a column of its own", () => {
    const concat = { op: "Concat", inputs: ["age", "income"], outputs: ["X"], attributes: { axis: 1 } };
    const model = loadModel(onnxModel({ nodes: [concat, regressor()], inputs: { age: 1, income: 1 } }));
    expect(model.featureNames).toEqual(["age", "income"]);
    const named = loadModel(caseFile("tree-regression", "model.onnx"), { featureNames: [..."abcdefghij"] });
    expect(named.featureNames[9]).toBe("j");
  });

  it("may leave the number of features open: it is what the trees ask for, or the caller says", () => {
    const open = onnxModel({ nodes: [regressor({ nodes_featureids: [1, 0, 0] })], inputs: { X: 0 } });
    expect(loadModel(open).featureNames).toEqual(["f0", "f1"]);
    expect(loadModel(open, { featureNames: ["a", "b", "c"] }).featureNames).toEqual(["a", "b", "c"]);
  });
});
