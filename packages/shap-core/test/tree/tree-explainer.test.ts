import * as fc from "fast-check";
import {
  createExplainer,
  type Explanation,
  ShapeError,
  type TreeExplainerOptions,
  UnsupportedModelError,
} from "../../src/index.js";
import type { Matrix } from "../../src/model/matrix.js";
import { logistic } from "../../src/model/output-transform.js";
import type { TreeEnsemble } from "../../src/model/tree-ensemble.js";
import {
  interactionsByDefinition,
  interventionalGame,
  pathDependentGame,
  shapleyByDefinition,
  type ValueFunction,
} from "../../src/tree/definition.js";
import {
  largestDifference,
  type RandomModelOptions,
  randomModel,
  randomRows,
  seeded,
  seeds,
} from "./random-model.js";

const EXACT = 1e-12;

type Game = (row: number) => ValueFunction;

const pathDependent =
  (model: TreeEnsemble, rows: Matrix): Game =>
  (r) =>
    pathDependentGame(model, model.data.cover!, rows.data, r * rows.columns);

const interventional =
  (model: TreeEnsemble, rows: Matrix, background: Matrix): Game =>
  (r) =>
    interventionalGame(model, background, rows.data, r * rows.columns);

function everyRow(rows: Matrix, one: (row: number) => Float64Array): number[] {
  return Array.from({ length: rows.rows }, (_, r) => Array.from(one(r))).flat();
}

const shapleyOf = (game: Game, rows: Matrix): number[] =>
  everyRow(rows, (r) => shapleyByDefinition(game(r), rows.columns));

const interactionsOf = (game: Game, rows: Matrix): number[] =>
  everyRow(rows, (r) => interactionsByDefinition(game(r), rows.columns));

const families: [string, RandomModelOptions][] = [
  ["shallow forests", { features: 5, trees: 6, depth: 3 }],
  [
    "deep trees with few features, so that paths repeat them",
    { features: 3, trees: 2, depth: 9, leafChance: 0.3 },
  ],
  ["deep trees with 8 features", { features: 8, trees: 2, depth: 8, leafChance: 0.2 }],
  ["trees for several outputs", { features: 5, trees: 6, depth: 4, outputs: 3 }],
  ["leaves that hold vectors", { features: 5, trees: 3, depth: 5, outputs: 3, vectorLeaves: true }],
];

describe.each(families)("on %s", (_name, shape) => {
  const draw = (seed: number, rows: number, background: number) => {
    const random = seeded(seed);
    const model = randomModel(random, shape);
    const columns = model.featureNames.length;
    return {
      model,
      rows: randomRows(random, rows, columns),
      background: randomRows(random, background, columns),
    };
  };
  const runs = { numRuns: 12 };

  it("path-dependent values are those of the definition", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { model, rows } = draw(seed, 3, 1);
        const { values } = createExplainer(model).explain(rows);
        expect(largestDifference(values, shapleyOf(pathDependent(model, rows), rows))).toBeLessThan(EXACT);
      }),
      runs,
    );
  });

  it("path-dependent interactions are those of the definition", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { model, rows } = draw(seed, 2, 1);
        const { values } = createExplainer(model).explainInteractions(rows);
        const expected = interactionsOf(pathDependent(model, rows), rows);
        expect(largestDifference(values, expected)).toBeLessThan(EXACT);
      }),
      runs,
    );
  });

  it("interventional values are those of the definition", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 12 }), (seed, count) => {
        const { model, rows, background } = draw(seed, 3, count);
        const { values } = createExplainer(model, { background }).explain(rows);
        const expected = shapleyOf(interventional(model, rows, background), rows);
        expect(largestDifference(values, expected)).toBeLessThan(EXACT);
      }),
      runs,
    );
  });

  it("interventional interactions are those of the definition", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { model, rows, background } = draw(seed, 2, 5);
        const { values } = createExplainer(model, { background }).explainInteractions(rows);
        const expected = interactionsOf(interventional(model, rows, background), rows);
        expect(largestDifference(values, expected)).toBeLessThan(EXACT);
      }),
      runs,
    );
  });

  it("path-dependent values with a background take their covers from it", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { model, rows, background } = draw(seed, 2, 30);
        const explanation = createExplainer(model, {
          background,
          perturbation: "tree_path_dependent",
        }).explain(rows);
        expectAdditive(explanation, model, rows);
        const mean = createExplainer(model, { background }).expectedValue;
        expect(largestDifference(explanation.baseValues, mean)).toBeLessThan(EXACT);
      }),
      { numRuns: 10 },
    );
  });

  it("values can be written into an array that is used again, whatever it held", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { model, rows, background } = draw(seed, 4, 3);
        for (const options of [{}, { background }, { approximate: true }]) {
          const explainer = createExplainer(model, options);
          const fresh = explainer.explain(rows).values;
          const into = new Float64Array(fresh.length).fill(7);
          expect(explainer.explain(rows, { into }).values).toBe(into);
          expect(into).toEqual(fresh);
          expect(() => explainer.explain(rows, { into: new Float64Array(1) })).toThrow("`into` has 1 places");
        }
      }),
      { numRuns: 5 },
    );
  });

  it("approximate values add up to the margin", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { model, rows } = draw(seed, 4, 1);
        expectAdditive(createExplainer(model, { approximate: true }).explain(rows), model, rows);
      }),
      { numRuns: 10 },
    );
  });
});

function expectAdditive(explanation: Explanation, model: TreeEnsemble, rows: Matrix): void {
  const margins = model.predict(rows).values;
  const outputs = model.outputNames.length;
  const sums = margins.map((_, index) => {
    const [r, k] = [Math.floor(index / outputs), index % outputs];
    let sum = explanation.baseValue(r, k);
    for (let j = 0; j < rows.columns; j++) sum += explanation.values[(r * rows.columns + j) * outputs + k]!;
    return sum;
  });
  expect(largestDifference(sums, margins)).toBeLessThan(1e-9);
}

describe("values of a transformed output", () => {
  const draw = (seed: number, options: RandomModelOptions) => {
    const random = seeded(seed);
    const model = randomModel(random, { features: 4, ...options });
    return { model, rows: randomRows(random, 3, 4), background: randomRows(random, 6, 4) };
  };

  /** shap's rule, from the definition: one background row at a time, scaled, averaged. */
  const rescaledByDefinition = (
    { model, rows, background }: ReturnType<typeof draw>,
    transform: (margin: number, row: number) => number,
  ): number[] =>
    everyRow(rows, (r) => {
      const margin = (data: Float64Array) => model.predict({ data, rows: 1, columns: 4 }).values[0]!;
      const own = margin(rows.data.slice(4 * r, 4 * r + 4));
      const mean = new Float64Array(4);
      for (let b = 0; b < background.rows; b++) {
        const one = { data: background.data.slice(4 * b, 4 * b + 4), rows: 1, columns: 4 };
        const other = margin(one.data);
        const scale = own === other ? 1 : (transform(own, r) - transform(other, r)) / (own - other);
        const phi = shapleyByDefinition(interventionalGame(model, one, rows.data, 4 * r), 4);
        for (let j = 0; j < 4; j++) mean[j]! += (scale * phi[j]!) / background.rows;
      }
      return mean;
    });

  it("rescales probabilities for each background row, as shap does", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const drawn = draw(seed, { transform: logistic });
        const { model, rows, background } = drawn;
        const explanation = createExplainer(model, { background, output: "probability" }).explain(rows);
        const expected = rescaledByDefinition(drawn, (m) => 1 / (1 + Math.exp(-m)));
        expect(largestDifference(explanation.values, expected)).toBeLessThan(EXACT);
        const probabilities = model.predict(rows, { output: "probability" }).values;
        probabilities.forEach((probability, r) => {
          const row = explanation.values.subarray(4 * r, 4 * r + 4);
          expect(row.reduce((a, b) => a + b, explanation.baseValue(r))).toBeCloseTo(probability, 10);
        });
      }),
      { numRuns: 20 },
    );
  });

  it("rescales the log loss of each row's label, with a base value a row", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const drawn = draw(seed, { transform: logistic, objective: "binary:logistic" });
        const { model, rows, background } = drawn;
        const labels = [1, 0, 1];
        const loss = (m: number, r: number) => Math.log1p(Math.exp(m)) - labels[r]! * m;
        const explanation = createExplainer(model, { background, output: "log_loss" }).explain(rows, {
          labels,
        });
        expect(largestDifference(explanation.values, rescaledByDefinition(drawn, loss))).toBeLessThan(EXACT);
        model.predict(rows).values.forEach((margin, r) => {
          const row = explanation.values.subarray(4 * r, 4 * r + 4);
          expect(row.reduce((a, b) => a + b, explanation.baseValue(r))).toBeCloseTo(loss(margin, r), 10);
        });
      }),
      { numRuns: 20 },
    );
  });

  it("takes squared error as the loss of a regression", () => {
    const drawn = draw(7, { objective: "reg:squarederror" });
    const { model, rows, background } = drawn;
    const labels = [0.5, -1, 2];
    const { values } = createExplainer(model, { background, output: "log_loss" }).explain(rows, { labels });
    const expected = rescaledByDefinition(drawn, (m, r) => (m - labels[r]!) ** 2);
    expect(largestDifference(values, expected)).toBeLessThan(EXACT);
  });
});

describe("what does not fit is refused with the way out", () => {
  const random = seeded(1);
  const model = randomModel(random, { transform: logistic });
  const rows = randomRows(random, 2, 5);
  const refusals: [string, () => unknown, new (...args: never[]) => Error, RegExp][] = [
    [
      "a model without covers and without a background",
      () => createExplainer(randomModel(seeded(2), { covers: false })),
      UnsupportedModelError,
      /covers.*background/,
    ],
    [
      "probability without a background",
      () => createExplainer(model, { output: "probability" }),
      UnsupportedModelError,
      /background/,
    ],
    [
      "interventional without a background",
      () => createExplainer(model, { perturbation: "interventional" }),
      ShapeError,
      /background/,
    ],
    ["an empty background", () => createExplainer(model, { background: [] }), ShapeError, /no rows/],
    [
      "an unknown perturbation",
      () => createExplainer(model, { perturbation: "observational" } as unknown as TreeExplainerOptions),
      ShapeError,
      /auto, interventional, tree_path_dependent/,
    ],
    [
      "log_loss without labels",
      () => createExplainer(model, { background: rows, output: "log_loss" }).explain(rows),
      ShapeError,
      /labels/,
    ],
    [
      "labels where nothing asks for them",
      () => createExplainer(model).explain(rows, { labels: [1, 0] }),
      ShapeError,
      /log_loss/,
    ],
    [
      "interactions of a probability",
      () => createExplainer(model, { background: rows, output: "probability" }).explainInteractions(rows),
      UnsupportedModelError,
      /raw/,
    ],
    [
      "interventional approximate values",
      () => createExplainer(model, { background: rows, perturbation: "interventional", approximate: true }),
      UnsupportedModelError,
      /approximate/,
    ],
    [
      "the loss of a Poisson regression",
      () =>
        createExplainer(randomModel(seeded(3), { transform: { kind: "exp" }, objective: "count:poisson" }), {
          background: rows,
          output: "log_loss",
        }),
      UnsupportedModelError,
      /count:poisson.*raw/,
    ],
  ];

  it.each(refusals)("%s", (_name, attempt, kind, message) => {
    expect(attempt).toThrow(kind);
    expect(attempt).toThrow(message);
  });

  it("but a model without covers is explained against a background", () => {
    const bare = randomModel(seeded(2), { covers: false });
    const { values } = createExplainer(bare, { background: rows }).explain(rows);
    expect(values.some((value) => value !== 0)).toBe(true);
  });
});
