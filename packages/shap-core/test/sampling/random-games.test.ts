import fc from "fast-check";
import { createExplainer, type FunctionMethod, type Hierarchy, maskers } from "../../src/index.js";

/** Shapley values by the definition: the mean gain over all orders. */
function byDefinition(players: number, worth: (known: number) => number): number[] {
  const values = new Array<number>(players).fill(0);
  const orders = permutations(Array.from({ length: players }, (_, i) => i));
  for (const order of orders) {
    let known = 0;
    for (const player of order) {
      values[player]! += (worth(known | (1 << player)) - worth(known)) / orders.length;
      known |= 1 << player;
    }
  }
  return values;
}

/** Owen values by the definition: the mean gain over the orders in which every cluster stays together. */
function owenByDefinition(hierarchy: Hierarchy, worth: (known: number) => number): number[] {
  const players = hierarchy.length + 1;
  const ordersOf = (cluster: number): number[][] => {
    if (cluster < players) return [[cluster]];
    const [left, right] = hierarchy[cluster - players]!;
    return ordersOf(left).flatMap((a) =>
      ordersOf(right).flatMap((b) => [
        [...a, ...b],
        [...b, ...a],
      ]),
    );
  };
  const values = new Array<number>(players).fill(0);
  const orders = ordersOf(2 * players - 2);
  for (const order of orders) {
    let known = 0;
    for (const player of order) {
      values[player]! += (worth(known | (1 << player)) - worth(known)) / orders.length;
      known |= 1 << player;
    }
  }
  return values;
}

function permutations(items: number[]): number[][] {
  if (items.length < 2) return [items];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}

const maskOf = (row: number[]): number => row.reduce((mask, bit, i) => mask | (bit << i), 0);

/** A game with a free number for each coalition: the background is all zeros, the row all ones. */
const game = fc.integer({ min: 1, max: 5 }).chain((players) =>
  fc.record({
    players: fc.constant(players),
    table: fc.array(fc.double({ min: -10, max: 10, noNaN: true }), {
      minLength: 2 ** players,
      maxLength: 2 ** players,
    }),
  }),
);

const explain = (players: number, table: number[], method: FunctionMethod, rest: object = {}) =>
  createExplainer((rows) => rows.map((row) => table[maskOf(row)]!), {
    background: [new Array<number>(players).fill(0)],
    method,
    ...rest,
  }).explain([new Array<number>(players).fill(1)]);

describe("on random games", () => {
  it.each(["exact", "kernel"] as const)("%s gives the Shapley values of the definition", async (method) => {
    await fc.assert(
      fc.asyncProperty(game, async ({ players, table }) => {
        const { values } = await explain(players, table, method);
        byDefinition(players, (known) => table[known]!).forEach((value, i) => {
          expect(values[i]).toBeCloseTo(value, 9);
        });
      }),
      { numRuns: 100 },
    );
  });

  it.each(["exact", "partition"] as const)("%s gives the Owen values of a hierarchy", async (method) => {
    const hierarchies: Hierarchy[] = [
      [
        [0, 1, 1, 2],
        [2, 3, 1, 2],
        [4, 5, 2, 4],
      ],
      [
        [0, 3, 1, 2],
        [1, 4, 1, 3],
        [2, 5, 2, 4],
      ],
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...hierarchies),
        fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 16, maxLength: 16 }),
        async (hierarchy, table) => {
          const { values } = await explain(4, table, method, { clustering: hierarchy });
          owenByDefinition(hierarchy, (known) => table[known]!).forEach((value, i) => {
            expect(values[i]).toBeCloseTo(value, 9);
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each(["exact", "kernel", "permutation", "sampling", "partition"] as const)(
    "%s adds up to the prediction, at any budget it accepts",
    async (method) => {
      await fc.assert(
        fc.asyncProperty(
          game,
          fc.integer({ min: 32, max: 200 }),
          async ({ players, table }, maxEvaluations) => {
            const explanation = await explain(players, table, method, { maxEvaluations });
            expect(explanation.baseValues[0]).toBeCloseTo(table[0]!, 12);
            expect(explanation.predictions()[0]).toBeCloseTo(table.at(-1)!, 8);
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  it("permutation is exact at any budget for games of pairwise interactions", async () => {
    const weights = [1, -2, 3, 0.5, 7, -4];
    const pairwise = (rows: number[][]) =>
      rows.map((x) =>
        x.reduce((sum, a, i) => sum + weights[i]! * a + a * x[(i + 1) % 6]! * weights[(i + 2) % 6]!, 0),
      );
    const options = {
      background: [
        [0, 0, 0, 0, 0, 0],
        [1, 2, 3, 4, 5, 6],
      ],
    };
    const rows = [[3, 1, 4, 1, 5, 9]];
    const truth = await createExplainer(pairwise, { ...options, method: "exact" }).explain(rows);
    const one = await createExplainer(pairwise, {
      ...options,
      method: "permutation",
      maxEvaluations: 12,
    }).explain(rows);
    truth.values.forEach((value, i) => {
      expect(one.values[i]).toBeCloseTo(value, 9);
    });
  });

  it("impute shares credit among correlated features as the linear explainer does", async () => {
    const background = [
      [1, 2.1, 0],
      [2, 3.9, 1],
      [3, 6.2, -1],
      [4, 7.8, 0.5],
      [5, 10.1, 0],
    ];
    const linear = (rows: number[][]) => rows.map((x) => 3 * x[0]! - x[1]! + 2 * x[2]!);
    const explanation = await createExplainer(linear, {
      masker: maskers.impute(background),
      method: "exact",
    }).explain([[2, 5, 1]]);
    const { createExplainer: create, LinearModel } = await import("../../src/index.js");
    const model = new LinearModel({
      featureNames: ["a", "b", "c"],
      outputNames: ["y"],
      coefficients: Float64Array.of(3, -1, 2),
      intercepts: Float64Array.of(0),
      transform: { kind: "identity" },
      source: { format: "test" },
    });
    const own = create(model, { background, perturbation: "correlation_dependent" }).explain([[2, 5, 1]]);
    own.values.forEach((value, i) => {
      expect(explanation.values[i]).toBeCloseTo(value, 9);
    });
  });
});
