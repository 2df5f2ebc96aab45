// Worker threads load JavaScript files, so this file tests the package as it is built.
import * as built from "../../../dist/index.js";
import type { ExplainerPool } from "../../../src/index.js";
import { logistic } from "../../../src/model/output-transform.js";
import { type RandomModelOptions, randomModel, randomRows, seeded } from "../random-model.js";

const { createExplainer, createExplainerPool } = built as unknown as typeof import("../../../src/index.js");

const pools: ExplainerPool[] = [];

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

function drawn(options: RandomModelOptions, rows = 500) {
  const random = seeded(11);
  const model = randomModel(random, { features: 6, ...options });
  return { model, rows: randomRows(random, rows, 6), background: randomRows(random, 20, 6) };
}

async function open(...args: Parameters<typeof createExplainerPool>): Promise<ExplainerPool> {
  const pool = await createExplainerPool(...args);
  pools.push(pool);
  return pool;
}

describe("createExplainerPool", () => {
  it.each([
    ["tables", { trees: 20, depth: 5 }, {}],
    ["quadrature", { trees: 5, depth: 8 }, { maxTableBytes: 0 }],
    ["several outputs", { trees: 6, depth: 5, outputs: 3 }, {}],
    ["the plain kernel", { trees: 5, depth: 5 }, { kernel: "plain" }],
    ["approximate values", { trees: 5, depth: 5 }, { approximate: true }],
  ] as const)("gives the bits of createExplainer in the same order: %s", async (_name, shape, options) => {
    const { model, rows } = drawn(shape);
    const pool = await open(model, { ...options, threads: 2 });
    const expected = createExplainer(model, options).explain(rows);
    const actual = await pool.explain(rows);
    expect(Array.from(actual.values)).toEqual(Array.from(expected.values));
    expect(actual.baseValues).toEqual(expected.baseValues);
    expect(pool.plan.trees).toEqual(createExplainer(model, options).plan!.trees);
  });

  it("explains losses against a background, each row with its label", async () => {
    const { model, rows, background } = drawn({ trees: 4, transform: logistic }, 50);
    const labels = Array.from({ length: 50 }, (_, r) => r % 2);
    const options = { background, output: "log_loss" } as const;
    const pool = await open(model, { ...options, threads: 2 });
    const expected = createExplainer(model, options).explain(rows, { labels });
    expect(await pool.explain(rows, { labels })).toEqual(expected);
    await expect(pool.explain(rows)).rejects.toThrow(/labels/);
  });

  it("explains interactions", async () => {
    const { model, rows, background } = drawn({ trees: 4 }, 60);
    const pool = await open(model, { background, threads: 2 });
    const expected = createExplainer(model, { background }).explainInteractions(rows);
    expect(Array.from((await pool.explainInteractions(rows)).values)).toEqual(Array.from(expected.values));
  });

  it("keeps calls that run at the same time apart", async () => {
    const { model } = drawn({ trees: 10 });
    const pool = await open(model, { threads: 3 });
    const batches = [1, 70, 7, 300].map((count) => randomRows(seeded(count), count, 6));
    const explainer = createExplainer(model);
    const answers = await Promise.all(batches.map((rows) => pool.explain(rows)));
    answers.forEach((answer, b) => {
      expect(Array.from(answer.values)).toEqual(Array.from(explainer.explain(batches[b]!).values));
    });
  });

  it("refuses rows that do not fit, and goes on", async () => {
    const { model, rows } = drawn({ trees: 3 }, 10);
    const pool = await open(model, { threads: 2 });
    await expect(pool.explain([[1, 2]])).rejects.toThrow(/2 values; the model has 6/);
    await expect(pool.explainInteractions([[1]])).rejects.toThrow(/1 values/);
    expect((await pool.explain(rows)).shape).toEqual([10, 6]);
  });

  it("passes on what a thread could not do", async () => {
    const { model, rows } = drawn({ trees: 3 }, 10);
    const pool = await open(model, { approximate: true, threads: 2 });
    await expect(pool.explainInteractions(rows)).rejects.toThrow(/no interactions/);
  });

  it("rejects what it was at, and everything after, once it is closed", async () => {
    const { model, rows } = drawn({ trees: 3 }, 10);
    const pool = await createExplainerPool(model, { threads: 1 });
    const running = expect(pool.explain(rows)).rejects.toThrow(/closed/);
    await pool.close();
    await running;
    await expect(pool.explain(rows)).rejects.toThrow(/closed/);
  });

  it.each([0, 1.5, -1])("refuses %d threads", async (threads) => {
    const { model } = drawn({ trees: 1 });
    const attempt = createExplainerPool(model, { threads });
    await expect(attempt).rejects.toThrow(/whole number above 0/);
    await expect(attempt).rejects.toMatchObject({ code: "SHAPE" });
  });
});
