import type { WebServer } from "../src/server.js";
import { exampleText, post, sampleRows, startService } from "./service.js";

let service: WebServer;
beforeAll(async () => {
  service = await startService({ SHAP_MAX_SYNC_ROWS: "20" });
});
afterAll(() => service.close());

interface Answer {
  baseValues: number[];
  values: number[][];
  predictions: number[][];
  featureNames: string[];
}

const explain = (body: unknown) => post(`${service.url}/v1/models/mortgage/explain`, body);

describe("explaining rows at once", () => {
  it("gives values that add up to the prediction, and are XGBoost's own", async () => {
    const response = await explain({ rows: sampleRows(10) });
    expect(response.status).toBe(200);
    const { baseValues, values, predictions } = (await response.json()) as Answer;
    const expected = exampleText("expected-shap.csv").trimEnd().split("\n").slice(1, 11);
    for (const [r, line] of expected.entries()) {
      const sum = values[r]!.reduce((a, b) => a + b, baseValues[0]!);
      expect(Math.abs(sum - predictions[r]![0]!)).toBeLessThan(1e-9 * Math.max(1, Math.abs(sum)));
      for (const [c, cell] of line.split(",").slice(0, -1).entries()) {
        expect(Math.abs(values[r]![c]! - Number(cell))).toBeLessThan(1e-4);
      }
    }
  });

  it("takes rows as arrays in the model's order too", async () => {
    const [row] = sampleRows(1);
    const byName = (await (await explain({ rows: [row] })).json()) as Answer;
    const inOrder = (await (
      await explain({ rows: [byName.featureNames.map((name) => row![name])] })
    ).json()) as Answer;
    expect(inOrder.values).toEqual(byName.values);
  });

  it("predicts margins and probabilities", async () => {
    const url = `${service.url}/v1/models/mortgage/predict`;
    const read = async (output: string) => {
      const response = await post(url, { rows: sampleRows(5), output });
      return ((await response.json()) as { predictions: number[][] }).predictions.map(([value]) => value!);
    };
    const margins = await read("raw");
    const probabilities = await read("probability");
    for (const [r, margin] of margins.entries()) {
      expect(probabilities[r]).toBeCloseTo(1 / (1 + Math.exp(-margin)), 12);
    }
  });

  it.each([
    ["the probability", { output: "probability" }],
    ["the margin against the background", { perturbation: "interventional" }],
  ])("explains %s, and adds up", async (_what, options) => {
    const { baseValues, values, predictions } = (await (
      await explain({ rows: sampleRows(5), ...options })
    ).json()) as Answer;
    for (const [r, row] of values.entries()) {
      expect(row.reduce((a, b) => a + b, baseValues[0]!)).toBeCloseTo(predictions[r]![0]!, 9);
    }
  });

  it("gives pairwise values that add up to the values, and the strongest reasons", async () => {
    const answer = (await (
      await explain({ rows: sampleRows(2), interactions: true, top: 3 })
    ).json()) as Answer & {
      interactions: number[][][];
      reasons: { feature: string; contribution: number; value: number | null }[][];
    };
    for (const [r, row] of answer.values.entries()) {
      for (const [j, value] of row.entries()) {
        expect(answer.interactions[r]![j]!.reduce((a, b) => a + b, 0)).toBeCloseTo(value, 9);
      }
      const strongest = row
        .map(Math.abs)
        .sort((a, b) => b - a)
        .slice(0, 3);
      expect(answer.reasons[r]!.map((reason) => Math.abs(reason.contribution))).toEqual(strongest);
      const [first] = answer.reasons[r]!;
      expect(first!.value).toBe(sampleRows(2)[r]![first!.feature]);
      expect(row[answer.featureNames.indexOf(first!.feature)]).toBe(first!.contribution);
    }
  });

  const good = sampleRows(1)[0]!;
  it.each([
    ["a body that is no JSON", "{", 400, "bad-json", /JSON/],
    ["an empty body", "", 400, "bad-request", /rows/],
    ["a body that is no object", "5", 400, "bad-request", /object/],
    ["no rows", { rows: [] }, 400, "bad-request", /rows/],
    ["an unknown field", { rows: [good], colour: 1 }, 400, "unknown-field", /colour/],
    ["a row with too many columns", { rows: [Array(25).fill(1)] }, 422, "bad-row", /row 0 has 25 values.*24/],
    [
      "an unknown feature",
      { rows: [good, { loan_amonut: 1 }] },
      422,
      "bad-row",
      /row 1.*did you mean "loan_amount"/,
    ],
    [
      "text for a number",
      { rows: [{ loan_amount: "much" }] },
      422,
      "bad-row",
      /row 0, "loan_amount".*"much"/,
    ],
    [
      "a number that is too large",
      '{"rows":[{"loan_amount":1e999}]}',
      422,
      "bad-row",
      /row 0, "loan_amount"/,
    ],
    ["a prototype key", '{"rows":[{"__proto__":{"x":1}}]}', 422, "bad-row", /__proto__/],
    ["an option that is none", { rows: [good], perturbation: "x" }, 400, "bad-request", /perturbation/],
    ["too many rows", { rows: Array(21).fill(good) }, 413, "too-many-rows", /21 rows.*20.*\/v1\/jobs/],
  ])("refuses %s with its place", async (_what, body, status, code, detail) => {
    const response = await explain(body);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    const problem = (await response.json()) as Record<string, string>;
    expect(problem).toMatchObject({ status, code, instance: "/v1/models/mortgage/explain" });
    expect(problem.detail).toMatch(detail);
    expect(JSON.stringify(problem)).not.toMatch(/\.[jt]s:|node_modules/);
    expect(problem.requestId).toBe(response.headers.get("x-request-id"));
  });

  it("points at the cell", async () => {
    const problem = (await (await explain({ rows: [good, { loan_amount: "x" }] })).json()) as {
      errors: { pointer: string }[];
    };
    expect(problem.errors).toEqual([
      expect.objectContaining({ pointer: "/rows/1/loan_amount", row: 1, column: "loan_amount" }),
    ]);
  });

  it("says which model was meant", async () => {
    const response = await post(`${service.url}/v1/models/mortgag/explain`, { rows: [good] });
    expect(response.status).toBe(404);
    expect(((await response.json()) as { detail: string }).detail).toContain('Did you mean "mortgage"?');
  });

  it.each(["/nowhere", "/v1/models/%E0%A4%A", "/v1/models/..%2f..%2fetc"])(
    "answers %s with a 4xx",
    async (path) => {
      const response = await fetch(`${service.url}${path}`);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
    },
  );
});

describe("what is served", () => {
  it("is told by /v1/models", async () => {
    const list = (await (await fetch(`${service.url}/v1/models`)).json()) as { models: object[] };
    expect(list.models).toEqual([
      expect.objectContaining({ name: "mortgage", fallback: true, features: 24 }),
    ]);
    const model = (await (await fetch(`${service.url}/v1/models/mortgage`)).json()) as Answer;
    expect(model.featureNames).toHaveLength(24);
  });

  it("is told by /health and /live", async () => {
    const health = await fetch(`${service.url}/health`);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({
      status: "ok",
      queue: { kind: "embedded", status: "ready", reconnects: 0 },
      models: [{ name: "mortgage", fallback: true }],
    });
    expect((await fetch(`${service.url}/live`)).status).toBe(200);
  });
});
