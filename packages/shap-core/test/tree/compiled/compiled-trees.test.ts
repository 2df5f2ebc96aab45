import * as fc from "fast-check";
import { createExplainer, type ModelExplainerOptions } from "../../../src/index.js";
import type { Matrix } from "../../../src/model/matrix.js";
import { TreeEnsemble } from "../../../src/model/tree-ensemble.js";
import { gaussLegendre } from "../../../src/tree/gauss-legendre.js";
import { addTreeByPairs } from "../../../src/tree/pairwise.js";
import { addTreeByQuadrature } from "../../../src/tree/quadrature.js";
import { softDecisions } from "../../../src/tree/soft-decisions.js";
import {
  largestDifference,
  type RandomModelOptions,
  randomModel,
  randomRows,
  seeded,
  seeds,
} from "../random-model.js";

function drawn(seed: number, options: RandomModelOptions, rows: number, background = 1) {
  const random = seeded(seed);
  const model = randomModel(random, options);
  const columns = model.featureNames.length;
  return {
    model,
    rows: randomRows(random, rows, columns),
    background: randomRows(random, background, columns),
  };
}

function methods(model: TreeEnsemble, options: ModelExplainerOptions = {}): Set<string> {
  const { plan } = createExplainer(model, options);
  return new Set(plan!.trees.map((tree) => tree.method));
}

/** Row by row along the definition of the soft decisions, without tables or kernels. */
function reference(model: TreeEnsemble, rows: Matrix): Float64Array {
  const soft = softDecisions(model, model.data.cover);
  const values = new Float64Array(rows.rows * rows.columns * model.outputNames.length);
  for (let tree = 0; tree < model.treeCount; tree++) addTreeByQuadrature(model, soft, tree, rows, values);
  return values;
}

describe("the compiled engine", () => {
  const shapes: [string, RandomModelOptions][] = [
    ["small forests", { features: 6, trees: 8, depth: 4 }],
    ["more blocks than the kernel looks ahead", { features: 6, trees: 75, depth: 3 }],
    ["unbalanced trees", { features: 12, trees: 4, depth: 14, leafChance: 0.35 }],
    ["deep trees", { features: 14, trees: 1, depth: 12, leafChance: 0.1 }],
    ["several outputs", { features: 6, trees: 6, depth: 7, outputs: 3 }],
    ["leaves that hold vectors", { features: 12, trees: 2, depth: 9, outputs: 3, vectorLeaves: true }],
  ];

  it.each(shapes)(
    "gives a row the same values to the bit, whatever rows are beside it: %s",
    (_name, shape) => {
      fc.assert(
        fc.property(seeds, fc.integer({ min: 2, max: 40 }), fc.nat(39), (seed, count, at) => {
          const { model, rows, background } = drawn(seed, shape, count, 10);
          const cut = 1 + (at % (count - 1));
          const { columns, data } = rows;
          for (const options of [{}, { maxTableBytes: 0 }, { background }]) {
            const explainer = createExplainer(model, options);
            // One row alone goes a way of its own.
            const parts = [
              { data: data.subarray(0, columns), rows: 1, columns },
              { data: data.subarray(columns, cut * columns), rows: cut - 1, columns },
              { data: data.subarray(cut * columns), rows: count - cut, columns },
            ].map((part) => Array.from(explainer.explain(part).values));
            expect(Float64Array.from(parts.flat())).toEqual(explainer.explain(rows).values);
          }
        }),
        { numRuns: 8 },
      );
    },
  );

  it.each(shapes)("gives the same values by WebAssembly as in plain TypeScript: %s", (_name, shape) => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 70 }), (seed, count) => {
        const { model, rows, background } = drawn(seed, shape, count, 40);
        for (const options of [{}, { maxTableBytes: 0 }, { background }]) {
          const fast = createExplainer(model, { ...options, kernel: "wasm-simd" });
          const plain = createExplainer(model, { ...options, kernel: "plain" });
          expect(fast.plan!.kernel).toBe("wasm-simd");
          expect(plain.plan!.kernel).toBe("plain");
          expect(largestDifference(fast.explain(rows).values, plain.explain(rows).values)).toBeLessThan(
            1e-14,
          );
        }
      }),
      { numRuns: 2 },
    );
  });

  it.each(shapes)("agrees with quadrature row by row, with tables and without: %s", (_name, shape) => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { model, rows } = drawn(seed, shape, 37);
        const expected = reference(model, rows);
        for (const maxTableBytes of [undefined, 20_000, 0]) {
          const { values } = createExplainer(model, { maxTableBytes }).explain(rows);
          expect(largestDifference(values, expected)).toBeLessThan(1e-12);
        }
      }),
      { numRuns: 3 },
    );
  });

  it("gives each row the same values whatever rows it comes with", () => {
    const { model, rows } = drawn(5, { features: 8, trees: 10, depth: 6 }, 1100);
    const explainer = createExplainer(model);
    const all = explainer.explain(rows).values;
    for (const r of [0, 31, 511, 512, 1099]) {
      const one = { data: rows.data.slice(8 * r, 8 * r + 8), rows: 1, columns: 8 };
      expect(Array.from(explainer.explain(one).values)).toEqual(Array.from(all.slice(8 * r, 8 * r + 8)));
    }
  });

  it("explains against a background of more rows than a chunk as pair by pair", () => {
    const { model, rows, background } = drawn(6, { features: 7, trees: 4, depth: 5 }, 5, 1300);
    expect(methods(model, { background })).toEqual(new Set(["tables"]));
    const expected = new Float64Array(rows.rows * 7);
    for (let tree = 0; tree < model.treeCount; tree++)
      addTreeByPairs(model, tree, rows, background, expected);
    const { values } = createExplainer(model, { background }).explain(rows);
    expect(largestDifference(values, expected)).toBeLessThan(1e-12);
  });

  it("stays exact to 1e-10 with 30 distinct features on a path", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const model = chainOf30(seed);
        const rows = randomRows(seeded(seed + 1), 10, 30);
        const explanation = createExplainer(model).explain(rows);
        expect(largestDifference(explanation.values, chainByLeaves(model, rows))).toBeLessThan(1e-10);
        model.predict(rows).values.forEach((margin, r) => {
          const row = explanation.values.subarray(r * 30, (r + 1) * 30);
          expect(Math.abs(row.reduce((a, b) => a + b, explanation.baseValue(r)) - margin)).toBeLessThan(
            1e-10,
          );
        });
      }),
      { numRuns: 5 },
    );
  });
});

/**
 * The values of a chain leaf by leaf: v (h_i − c_i) ∫ Π_{j≠i} (h_j t + c_j (1 − t)) dt, with many more points than
 * the degree needs.
 */
function chainByLeaves(model: TreeEnsemble, rows: Matrix): Float64Array {
  const { nodes, weights } = gaussLegendre(40);
  const { cover, values } = model.data;
  const result = new Float64Array(rows.rows * 30);
  for (let r = 0; r < rows.rows; r++) {
    for (let leaf = 0; leaf <= 30; leaf++) {
      const length = Math.min(leaf + 1, 30);
      const hot: number[] = [];
      const cold: number[] = [];
      for (let level = 0; level < length; level++) {
        const left = cover![2 * level + 1]! / (cover![2 * level + 1]! + cover![2 * level + 2]!);
        const turnsOff = level === leaf;
        const goesLeft = model.goesLeft(2 * level, rows.data[r * 30 + level]!);
        hot.push(goesLeft === turnsOff ? 1 : 0);
        cold.push(turnsOff ? left : 1 - left);
      }
      const value = values[leaf === 30 ? 60 : 2 * leaf + 1]!;
      for (let i = 0; i < length; i++) {
        let integral = 0;
        nodes.forEach((t, q) => {
          let product = weights[q]!;
          for (let j = 0; j < length; j++) if (j !== i) product *= hot[j]! * t + cold[j]! * (1 - t);
          integral += product;
        });
        result[r * 30 + i]! += value * (hot[i]! - cold[i]!) * integral;
      }
    }
  }
  return result;
}

/** A tree that is one long path of 30 splits on 30 features, with a leaf at each. */
function chainOf30(seed: number): TreeEnsemble {
  const random = seeded(seed);
  const single = randomModel(random, { features: 30, trees: 1, depth: 0 });
  const nodes = 61;
  const feature = new Int32Array(nodes).fill(-1);
  const left = new Int32Array(nodes).fill(-1);
  const right = new Int32Array(nodes).fill(-1);
  const threshold = new Float64Array(nodes).fill(Number.NaN);
  const cover = new Float64Array(nodes);
  const values = new Float64Array(nodes);
  let weight = 1;
  for (let level = 0; level < 30; level++) {
    const node = 2 * level;
    feature[node] = level;
    left[node] = node + 1;
    right[node] = node + 2;
    threshold[node] = random() - 1;
    cover[node] = weight;
    cover[node + 1] = weight * 0.2;
    weight *= 0.8;
    values[node + 1] = random();
  }
  cover[60] = weight;
  values[60] = 5;
  return new TreeEnsemble({
    ...single.data,
    treeStart: Int32Array.of(0, nodes),
    feature,
    left,
    right,
    threshold,
    cover,
    values,
    flags: new Uint8Array(nodes),
    categorySet: new Int32Array(nodes).fill(-1),
  });
}

describe("explainer.plan", () => {
  it("tells for each tree what was chosen, its bytes and why", () => {
    const { model } = drawn(3, { features: 6, trees: 5, depth: 4 }, 1);
    const plan = createExplainer(model).plan!;
    expect(plan.trees.map(({ tree }) => tree)).toEqual([0, 1, 2, 3, 4]);
    expect(plan.tableBytes).toBe(plan.trees.reduce((sum, { bytes }) => sum + bytes, 0));
    for (const { method, bytes, why } of plan.trees) {
      if (method === "tables") expect(bytes).toBeGreaterThan(0);
      expect(why).toMatch(
        { tables: /look-ups a row/, quadrature: /slower/, constant: /one leaf/, pairs: /large/ }[method],
      );
    }
  });

  it.each([0, 1_000, 50_000, 1_000_000])("keeps maxTableBytes of %i", (maxTableBytes) => {
    const { model, background } = drawn(
      4,
      { features: 12, trees: 6, depth: 9, leafChance: 0.05, plain: true },
      1,
      3,
    );
    for (const options of [{ maxTableBytes }, { maxTableBytes, background }]) {
      expect(createExplainer(model, options).plan!.tableBytes).toBeLessThanOrEqual(maxTableBytes);
    }
  });

  it("explains a tree of one leaf as a constant", () => {
    const { model } = drawn(4, { trees: 1, depth: 0 }, 1);
    expect(methods(model)).toEqual(new Set(["constant"]));
  });
});
