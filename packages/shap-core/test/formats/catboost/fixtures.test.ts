import {
  loadModel,
  type Model,
  type TreeEnsemble,
  toMatrix,
  UnsupportedModelError,
} from "../../../src/index.js";
import { pathDependentGame, shapleyByDefinition } from "../../../src/tree/definition.js";
import { type Case, caseOf, casesOf, explain, fileOf, largestRelativeError, modelOf } from "../fixture.js";
import { itMatchesItsLibrary, type KnownDifferences } from "../matches-library.js";

/** CatBoost compares in float32 and adds up in float64, so that its numbers are ours. */
const float64 = { predict: 1e-12, shap: 1e-12 };

const refused = ["catboost/ctr-combinations", "catboost/no-pool"];
const nonSymmetric = ["depthwise", "lossguide", "lossguide-multiclass", "tiny-lossguide"];

const differences: Record<string, KnownDifferences> = Object.fromEntries(
  nonSymmetric.map((name) => [`catboost/${name}`, { shap: true }]),
);

const read = casesOf("catboost").filter(({ name }) => !refused.includes(name));

describe.each(read.map((fixture) => [fixture.name, fixture] as const))("%s", (name, fixture) => {
  itMatchesItsLibrary(fixture, float64, differences[name]);
});

/** By row: by how much CatBoost's own SHAP values miss its own prediction. */
function ownGaps(fixture: Case): number[] {
  return fixture.shap!.map((row, r) =>
    Math.max(...row.map((output, k) => Math.abs(output.reduce((a, b) => a + b) - fixture.raw[r]![k]!))),
  );
}

describe("what CatBoost does otherwise", () => {
  it.each(nonSymmetric)(
    "%s: CatBoost's own SHAP values of non-symmetric trees are wrong: they do not add up to its own prediction. " +
      "Where they do, they are ours",
    (name) => {
      const fixture = caseOf("catboost", name);
      const explanation = explain(modelOf(fixture), fixture);
      const [, features, outputs = 1] = explanation.shape;
      const gaps = ownGaps(fixture);
      const scale = Math.max(...fixture.raw.flat().map(Math.abs));
      expect(Math.max(...gaps)).toBeGreaterThan(scale * 1e-3);
      gaps.forEach((gap, r) => {
        if (gap > scale * 1e-9) return;
        const ours = explanation.values.subarray(r * features! * outputs, (r + 1) * features! * outputs);
        const theirs = Array.from(ours, (_, i) => fixture.shap![r]![i % outputs]![Math.floor(i / outputs)]!);
        expect(largestRelativeError(ours, [theirs])).toBeLessThan(1e-9);
      });
    },
  );

  it.each(nonSymmetric)("%s: ours are the values of the definition", (name) => {
    const fixture = caseOf("catboost", name);
    const model = modelOf(fixture) as TreeEnsemble;
    const explanation = explain(model, fixture);
    const data = toMatrix(fixture.rows, model);
    const features = model.featureNames.length;
    const width = features * model.outputNames.length;
    for (const r of [0, 1]) {
      const game = pathDependentGame(model, model.data.cover!, data.data, r * features);
      const byDefinition = shapleyByDefinition(game, features);
      const ours = explanation.values.subarray(r * width, (r + 1) * width);
      byDefinition.forEach((value, i) => {
        expect(ours[i]! / Math.abs(byDefinition[0]!)).toBeCloseTo(value / Math.abs(byDefinition[0]!), 9);
      });
    }
  });

  it.each([
    ["scale-and-bias", 2],
    ["scale-and-bias-multiclass", 0.5],
  ])(
    "%s: CatBoost gives no SHAP values where the scale is not 1; ours are those without it, times the scale",
    (name, scale) => {
      const fixture = caseOf("catboost", name);
      const document = JSON.parse(new TextDecoder().decode(fileOf(fixture, "model.json")));
      expect(document.scale_and_bias[0]).toBe(scale);
      document.scale_and_bias[0] = 1;
      const scaled = explain(modelOf(fixture), fixture).values;
      const unscaled = explain(loadModel(document), fixture).values;
      scaled.forEach((value, i) => {
        expect(value).toBeCloseTo(unscaled[i]! * scale, 10);
      });
    },
  );
});

describe("CatBoost files", () => {
  const refusal = (name: string): Error => {
    try {
      modelOf(caseOf("catboost", name));
    } catch (error) {
      return error as Error;
    }
    throw new Error("no error was thrown");
  };

  it("with statistics of several categories together are refused with their names and how to retrain", () => {
    const error = refusal("ctr-combinations");
    expect(error).toBeInstanceOf(UnsupportedModelError);
    expect(error.message).toMatch(/"bmi" and "s\d" together .*max_ctr_complexity=1/);
  });

  it("without the categories' names are refused with how to save them", () => {
    expect(refusal("no-pool").message).toMatch(/"(bmi|s1)" by their hash only.*pool=train_pool/);
  });

  it("give categories their names, and numbers are names", () => {
    const model = modelOf(caseOf("catboost", "one-hot-numbers"));
    const numbers: readonly string[] = model.categories![0]!;
    expect(numbers.every((name) => ["1990", "1995", "2000", "2005", "2010"].includes(name))).toBe(true);
    const names: readonly string[] = modelOf(caseOf("catboost", "one-hot-text")).categories![2]!;
    expect(names).toContain("été");
  });

  it("predict nothing for a missing category, as CatBoost", () => {
    const fixture = caseOf("catboost", "one-hot-text");
    const row = fixture.columns.map((column) => (column === "bmi" ? null : column === "s1" ? "a" : 1));
    expect(() => modelOf(fixture).predict([row])).toThrow(
      /"bmi": the model gives no prediction for a missing value/,
    );
  });

  it("treat a missing number as the least, or as the most", () => {
    const first = (name: string, value: number | null): Float64Array => {
      const fixture = caseOf("catboost", name);
      const model: Model = modelOf(fixture);
      return model.predict([fixture.columns.map(() => value)]).values;
    };
    expect(first("rmse", null)).toEqual(first("rmse", Number.NEGATIVE_INFINITY));
    expect(first("missing-max", null)).toEqual(first("missing-max", Number.POSITIVE_INFINITY));
    expect(first("rmse", null)).not.toEqual(first("rmse", Number.POSITIVE_INFINITY));
  });

  it("name classes", () => {
    expect(modelOf(caseOf("catboost", "multiclass")).outputNames).toEqual(["barolo", "lugana", "soave"]);
  });
});
