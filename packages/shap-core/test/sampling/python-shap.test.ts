import { correlationClustering, createExplainer, type ModelFunction, maskers } from "../../src/index.js";
import {
  flat,
  largestDifference,
  many,
  probability,
  python,
  smooth,
  twoOutputs,
} from "../python-explainers.js";

const { background, rows, clustering } = python.functions;

describe("beside Python's shap, to 1e-9", () => {
  const cases: [keyof typeof python.functions.exact, ModelFunction, object][] = [
    ["smooth", smooth, {}],
    ["two_outputs", twoOutputs, {}],
    ["logit", probability, { link: "logit", linearizeLink: false }],
    ["logit_linearized", probability, { link: "logit" }],
  ];
  it.each(cases)("exact: %s", async (name, model, options) => {
    const explainer = createExplainer(model, { background, method: "exact", ...options });
    const explanation = await explainer.explain(rows);
    const expected = python.functions.exact[name];
    expect(largestDifference(explanation.values, expected.values)).toBeLessThan(1e-9);
    expect(
      largestDifference(
        explanation.baseValues,
        flat(expected.baseValues).slice(0, explanation.baseValues.length),
      ),
    ).toBeLessThan(1e-9);
  });

  it.each(["exact", "partition"] as const)("Owen values by method %s", async (method) => {
    const masker = maskers.partition(background, { clustering });
    const explanation = await createExplainer(twoOutputs, { masker, method, maxEvaluations: 10_000 }).explain(
      rows,
    );
    expect(largestDifference(explanation.values, python.functions.owen[method].values)).toBeLessThan(1e-9);
  });

  it("kernel with link logit, all coalitions", async () => {
    const explainer = createExplainer(probability, { background, method: "kernel", link: "logit" });
    const explanation = await explainer.explain(rows);
    expect(largestDifference(explanation.values, python.functions.kernel_logit.values)).toBeLessThan(1e-9);
    expect(explanation.standardErrors!.every((error) => error === 0)).toBe(true);
  });

  it("clustering by correlation", () => {
    const data = Float64Array.from(background.flat());
    const own = correlationClustering({ data, rows: background.length, columns: 6 });
    own.forEach(([left, right, distance, size], m) => {
      expect([left, right, size]).toEqual([clustering[m]![0], clustering[m]![1], clustering[m]![3]]);
      // Python adds noise of 1e-8 to the data.
      expect(distance).toBeCloseTo(clustering[m]![2], 6);
    });
  });
});

describe.each(["permutation", "kernel", "sampling"] as const)(
  "%s at the budget given to Python's shap",
  (method) => {
    const { background, rows, budget, exact } = python.sampled;
    const explain = (seed: number) =>
      createExplainer(many, { background, method, maxEvaluations: budget[method], seed }).explain(rows);
    const truth = flat(exact.values);

    it("lies within its error bars, and as far from Python's values as both errors explain", async () => {
      const explanation = await explain(1);
      const theirs = flat(python.sampled[method].values);
      const theirErrors = flat(python.sampled[method].std);
      const z = truth.map((value, i) => (explanation.values[i]! - value) / explanation.standardErrors![i]!);
      const apart = truth.map(
        (_, i) =>
          (explanation.values[i]! - theirs[i]!) /
          Math.hypot(explanation.standardErrors![i]!, theirErrors[i]!),
      );
      for (const deviations of [z, apart]) {
        expect(Math.max(...deviations.map(Math.abs))).toBeLessThan(6);
        expect(
          deviations.filter((deviation) => Math.abs(deviation) < 2).length / truth.length,
        ).toBeGreaterThan(0.8);
      }
    });

    it("has error bars of the right size, mean squared error no larger than Python's, over 12 seeds", async () => {
      const runs = await Promise.all(Array.from({ length: 12 }, (_, seed) => explain(seed)));
      const meanOf = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
      const squared = meanOf(
        runs.flatMap(({ values }) => truth.map((value, i) => (values[i]! - value) ** 2)),
      );
      const predicted = meanOf(
        runs.flatMap(({ standardErrors }) => Array.from(standardErrors!, (e) => e ** 2)),
      );
      const theirs = meanOf(flat(python.sampled[method].std).map((std) => std ** 2));
      expect(predicted / squared).toBeGreaterThan(0.6);
      expect(predicted / squared).toBeLessThan(1.7);
      expect(squared / theirs).toBeLessThan(1.1);
    });
  },
);
