import { createExplainer, type FunctionMethod, maskers } from "../../src/index.js";
import { many, python } from "../python-explainers.js";

const background = python.sampled.background.slice(0, 3);
const rows = python.sampled.rows.slice(0, 2);
const methods = ["exact", "kernel", "permutation", "sampling", "partition"] as const;

/** The model, and what it was asked. */
function recorded(model = many) {
  const calls: number[][][] = [];
  const asked = (batch: number[][]) => {
    calls.push(batch.map((row) => row.slice()));
    return model(batch);
  };
  return { calls, model: asked };
}

describe("createExplainer for a function", () => {
  const narrow = (features: number) => background.map((row) => row.slice(0, features));
  const anything = (batch: number[][]) => batch.map((row) => row[0]!);

  it("picks as Python's shap does, and says which", () => {
    const method = (options: object) => createExplainer(anything, options).method;
    expect(method({ background: narrow(10) })).toBe("exact");
    expect(method({ background: narrow(11) })).toBe("permutation");
    expect(method({ background: narrow(11), clustering: "correlation" })).toBe("exact");
    expect(method({ masker: maskers.impute(narrow(3)) })).toBe("permutation");
    expect(method({ background: narrow(3), method: "kernel" })).toBe("kernel");
  });

  it("explains a model file as a function when a function's method is asked for", async () => {
    const { loadModel } = await import("../../src/index.js");
    const { mortgageModel, mortgageTable } = await import("../mortgage.js");
    const model = loadModel(mortgageModel());
    const few = mortgageTable("background.csv").rows.slice(0, 3);
    const row = mortgageTable("sample.csv").rows.slice(0, 1);
    const explainer = createExplainer(model, {
      method: "permutation",
      background: few,
      output: "probability",
    });
    const explanation = await explainer.explain(row);
    expect(explanation.featureNames).toEqual(model.featureNames);
    expect(explanation.predictions()[0]).toBeCloseTo(
      model.predict(row, { output: "probability" }).values[0]!,
      9,
    );
  });

  it.each([
    [{}, "Give `background`"],
    [{ background: [] }, "the background has 0 rows"],
    [{ background: [[1]], method: "magic" }, 'no method "magic"'],
    [{ background: [[1]], link: "probit" }, 'no link "probit"'],
    [{ background: [[1]], seed: 0.5 }, "seed must be a whole number"],
    [{ background: [[1]], batchSize: 0 }, "batchSize must be a whole number above zero"],
    [{ background: [[1]], maxEvaluations: -1 }, "maxEvaluations must be a whole number above zero"],
    [{ background: [[1]], masker: maskers.independent([[1]]) }, "`background` belongs to the masker"],
    [{ background: [[1, 2]], clustering: "correlation", method: "kernel" }, "does not keep to a hierarchy"],
    [{ background: [[1, 2]], clustering: [[0, 0, 1, 2]] }, "cluster 0 was merged before"],
    [{ background: [[1, 2]], clustering: [] }, "wrong number of merges"],
    [{ background: [[1, 2]], method: "sampling", link: "logit" }, "cannot use the logit link"],
  ])("refuses %j", (options, message) => {
    expect(() => createExplainer(anything, options as never)).toThrow(message);
  });

  it("refuses a budget below what the method needs, and says what it needs", async () => {
    const explain = (method: FunctionMethod, maxEvaluations: number) =>
      createExplainer(many, { background, method, maxEvaluations }).explain(rows);
    await expect(explain("permutation", 23)).rejects.toThrow("needs at least 24 for 12 varying features");
    await expect(explain("kernel", 25)).rejects.toThrow("needs at least 26 for 12 varying features");
    await expect(explain("sampling", 47)).rejects.toThrow("needs at least 48 for 12 varying features");
    await expect(explain("exact", 4095)).rejects.toThrow("needs 4096 evaluations");
    for (const [method, least] of [
      ["permutation", 24],
      ["kernel", 26],
      ["sampling", 48],
    ] as const) {
      expect((await explain(method, least)).values.every(Number.isFinite)).toBe(true);
    }
  });

  it("refuses exact values for more than 16 varying features, and counts only varying ones", async () => {
    const wide = Array.from({ length: 17 }, () => 0);
    const sum = (batch: number[][]) => batch.map((row) => row.reduce((a, b) => a + b, 0));
    const explainer = createExplainer(sum, { background: [wide], method: "exact" });
    await expect(explainer.explain([wide.map(() => 1)])).rejects.toThrow(
      /17 features vary.*Use method "permutation"/,
    );
    const explanation = await explainer.explain([wide.map((_, i) => (i < 3 ? 1 : 0))]);
    expect([...explanation.values.slice(0, 4)]).toEqual([1, 1, 1, 0]);
    expect(explanation.evaluations?.coalitions).toBe(8);
  });
});

describe.each(methods)("method %s", (method) => {
  it("gives the same bytes for the same seed, however the rows come and the model answers", async () => {
    const one = await createExplainer(many, { background, method, maxEvaluations: 5000, seed: 5 }).explain(
      rows,
    );
    const slow = createExplainer(async (batch) => many(batch).map((value) => [value]), {
      background,
      method,
      maxEvaluations: 5000,
      seed: 5,
      batchSize: 99,
    });
    const last = await slow.explain(rows.slice(-1));
    expect(last.values).toEqual(one.row(-1).values);
    expect(last.standardErrors).toEqual(one.row(-1).standardErrors);
  });

  it("asks about no row twice and about at most batchSize rows at once, and tells what it asked", async () => {
    const { calls, model } = recorded();
    const explainer = createExplainer(model, { background, method, maxEvaluations: 5000, batchSize: 64 });
    const explanation = await explainer.explain([...rows, rows[0]!]);
    const asked = calls.flat().map((row) => row.join());
    expect(new Set(asked).size).toBe(asked.length);
    expect(Math.max(...calls.map((batch) => batch.length))).toBeLessThanOrEqual(64);
    expect(explanation.evaluations).toMatchObject({ rows: asked.length, calls: calls.length });
  });

  it("gives no value to a feature that does not vary", async () => {
    const still = background.map((row) => [...row.slice(0, 4), rows[0]![4]!, ...row.slice(5)]);
    const explanation = await createExplainer(many, {
      background: still,
      method,
      maxEvaluations: 3000,
    }).explain(rows.slice(0, 1));
    expect(explanation.values[4]).toBe(0);
  });

  it("reports progress and stops when asked to", async () => {
    const explainer = createExplainer(many, { background, method, maxEvaluations: 5000, batchSize: 100 });
    const seen: number[] = [];
    await explainer.explain(rows, {
      onProgress: ({ rowsDone, rowsTotal }) => seen.push(rowsDone / rowsTotal),
    });
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual(seen.slice().sort((a, b) => a - b));
    const controller = new AbortController();
    const stopped = explainer.explain(rows, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await expect(stopped).rejects.toThrow("enough");
  });
});

describe("a function explainer", () => {
  const options = { background: [{ age: 1, "the sex": 0 }, { age: 2 }] };

  it("takes names from the background's keys, and rows as objects", async () => {
    const explainer = createExplainer((batch) => batch.map(([age]) => age! * 2), options);
    const explanation = await explainer.explain([{ "the sex": 1, age: 5 }]);
    expect(explanation.featureNames).toEqual(["age", "the sex"]);
    expect([...explanation.values]).toEqual([7, 0]);
    expect(await explainer.expectedValue).toEqual(Float64Array.of(3));
  });

  it("explains no rows at all, and rows in which nothing varies", async () => {
    const explainer = createExplainer((batch) => batch.map(([age]) => [age!, 1]), { background: [[7, 7]] });
    expect((await explainer.explain([])).shape).toEqual([0, 2, 2]);
    const same = await explainer.explain([[7, 7]]);
    expect([...same.values]).toEqual([0, 0, 0, 0]);
    expect([...same.baseValues]).toEqual([7, 1]);
    expect(same.outputNames).toEqual(["Output 0", "Output 1"]);
  });

  it.each([
    ["too few answers", () => [[1]], /given 7 rows and returned 1/],
    [
      "ragged answers",
      (batch: number[][]) => batch.map((_, r) => (r === 1 ? [1] : [1, 2])),
      /2 outputs for its first row and 1 for row 1/,
    ],
  ])("says what is wrong with a model function's answer: %s", async (_, model, message) => {
    const explainer = createExplainer(model as never, { ...options, outputNames: ["a", "b"] });
    await expect(explainer.explain([[5, 5]])).rejects.toThrow(message);
  });

  it("passes on what the model function throws", async () => {
    const explainer = createExplainer(() => Promise.reject(new Error("model server is down")), options);
    await expect(explainer.explain([[5, 5]])).rejects.toThrow("model server is down");
  });

  it.each([
    (b: number[][]) => Float32Array.from(b, ([x]) => x!),
    (b: number[][]) => ({ values: Float64Array.from(b, ([x]) => x!) }),
  ])("takes typed arrays and predictions", async (model) => {
    const explanation = await createExplainer(model, options).explain([[5, 5]]);
    expect([...explanation.values]).toEqual([3.5, 0]);
  });

  it("refuses logits of certainties", async () => {
    const explainer = createExplainer((batch) => batch.map(([x]) => (x! > 4 ? 1 : 0.5)), {
      ...options,
      link: "logit",
    });
    await expect(explainer.explain([[5, 5]])).rejects.toThrow("strictly between 0 and 1, the model gave 1");
  });

  it("keeps fixed features: no credit, and a base value a row", async () => {
    const product = (batch: number[][]) => batch.map(([a, b]) => a! * b!);
    const masker = maskers.fixed(
      maskers.independent([
        [1, 1],
        [3, 5],
      ]),
      ["Feature 1"],
    );
    const explainer = createExplainer(product, { masker, method: "exact" });
    const explanation = await explainer.explain([
      [4, 10],
      [4, 20],
    ]);
    expect([...explanation.values]).toEqual([20, 0, 40, 0]);
    expect([...explanation.rowBaseValues!]).toEqual([20, 40]);
    expect([...explanation.baseValues]).toEqual([30]);
    expect([...explanation.row(1).baseValues]).toEqual([40]);
    await expect(explainer.expectedValue).rejects.toThrow("every row has its own expected value");
    expect(() => maskers.fixed(maskers.independent([[1]]), ["nobody"])).toThrow('"nobody" is no feature');
  });

  it("refuses missing values where the impute masker could not be right", async () => {
    expect(() =>
      maskers.impute([
        [1, null],
        [2, 3],
      ]),
    ).toThrow('background row 0, "Feature 1": missing');
    const explainer = createExplainer(many, {
      masker: maskers.impute([
        [1, 1],
        [2, 3],
      ]),
    });
    await expect(explainer.explain([[1, null]])).rejects.toThrow('"Feature 1" is missing');
  });
});
