import { gzipSync } from "node:zlib";
import type { WebServer } from "../src/server.js";
import { exampleText, finished, post, postCsv, sampleRows, startService } from "./service.js";

let service: WebServer;
let jobs: string;
beforeAll(async () => {
  service = await startService({ SHAP_MAX_BATCH_SIZE: "64" });
  jobs = `${service.url}/v1/jobs`;
});
afterAll(() => service.close());

const sample = exampleText("sample.csv");
const head = (rows: number) =>
  sample
    .split("\n")
    .slice(0, rows + 1)
    .join("\n");

async function run(query: string, body: string | Uint8Array<ArrayBuffer>, headers = {}): Promise<string> {
  const response = await postCsv(`${jobs}${query}`, body, headers);
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as { id: string };
  expect(response.headers.get("location")).toBe(`/v1/jobs/${id}`);
  expect((await finished(service.url, id)).state).toBe("completed");
  return id;
}

const result = async (id: string, accept: string): Promise<string> =>
  (await fetch(`${jobs}/${id}/result`, { headers: { accept } })).text();

describe("a job", () => {
  it("explains every row of a CSV file, in order, as a direct request does", async () => {
    const id = await run("?model=mortgage", head(150));
    const json = JSON.parse(await result(id, "application/json")) as Record<string, unknown>;
    const direct = await post(`${service.url}/v1/models/mortgage/explain`, { rows: sampleRows(150) });
    const expected = (await direct.json()) as Record<string, unknown>;
    for (const field of ["featureNames", "outputNames", "baseValues", "values", "predictions"]) {
      expect(json[field]).toEqual(expected[field]);
    }
  });

  it("gives the same numbers as CSV, NDJSON and JSON", async () => {
    const id = await run("", head(70));
    const json = JSON.parse(await result(id, "application/json")) as {
      values: number[][];
      predictions: number[][];
      baseValues: number[];
    };
    const [header, ...lines] = (await result(id, "text/csv")).trimEnd().split("\n");
    expect(header).toMatch(/^prediction,base_value,shap_loan_amount,/);
    expect(lines.map((line) => line.split(",").map(Number))).toEqual(
      json.values.map((row, r) => [json.predictions[r]![0], json.baseValues[0], ...row]),
    );
    const ndjson = (await result(id, "application/x-ndjson")).trimEnd().split("\n");
    expect(ndjson.map((line) => JSON.parse(line).values)).toEqual(json.values);
  });

  it("takes columns in any order, gzip, and carries identifiers along", async () => {
    const [header, ...lines] = head(5)
      .split("\n")
      .map((line) => line.split(","));
    const shuffled = [
      [...header!.toReversed(), "who"],
      ...lines.map((line, i) => [...line.toReversed(), `"a,${i}"`]),
    ];
    const body = gzipSync(shuffled.map((line) => line.join(",")).join("\r\n"));
    const id = await run("?id=who&id=region", body, { "content-encoding": "gzip" });
    const rows = (await result(id, "text/csv")).trimEnd().split("\n").slice(1);
    const plain = await result(await run("", head(5)), "text/csv");
    expect(rows.map((row) => row.replace(/^"a,\d",\d+,/, ""))).toEqual(plain.trimEnd().split("\n").slice(1));
    expect(rows[3]).toMatch(/^"a,3",/);
  });

  const [header = "", row = ""] = head(1).split("\n");
  it.each([
    [
      "a bad cell",
      `${header}\n${row}\n${row.replace(/^[^,]*/, "much")}`,
      "",
      422,
      /row 2, column "loan_amount".*"much"/,
    ],
    ["a short row", `${header}\n1,2`, "", 422, /row 1 has 2 cells, the header has 24/],
    ["a missing column", `${header.replace("region,", "")}\n`, "", 422, /feature "region"/],
    [
      "a misspelt column",
      `${header.replace("credit_score", "credit_scroe")}\n`,
      "",
      422,
      /mean it by "credit_scroe"/,
    ],
    ["an extra column", `${header},x\n${row},1`, "", 422, /"x" is no feature/],
    ["a doubled column", `${header},region\n${row},1`, "", 422, /"region" is there twice/],
    ["an open quote", `${header}\n"${row}`, "", 422, /row 1/i],
    ["an unclosed quote at the end", `${header}\n${row}\n"`, "", 422, /row 2/],
    ["no rows", `${header}\n`, "", 400, /no rows/],
    ["nothing", "", "", 400, /no rows/],
    ["an unknown model", `${header}\n${row}`, "?model=x", 404, /"x"/],
    ["an unknown option", `${header}\n${row}`, "?colour=red", 400, /colour/],
  ])("refuses %s and leaves nothing behind", async (_what, body, query, status, detail) => {
    const response = await postCsv(`${jobs}${query}`, body);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    expect(((await response.json()) as { detail: string }).detail).toMatch(detail);
    const health = (await (await fetch(`${service.url}/health`)).json()) as { queue: { counts: object } };
    expect(health.queue.counts).toMatchObject({ waiting: 0 });
  });

  it("refuses an identifier whose name the result has already", async () => {
    const response = await postCsv(`${jobs}?id=prediction&extra=ignore`, head(1));
    expect(response.status).toBe(400);
    expect(((await response.json()) as { detail: string }).detail).toContain("id=prediction");
  });

  it("passes over extra columns where it is told to", async () => {
    await run("?extra=ignore", `${header},x\n${row},words`);
  });

  it("refuses gzip that is none, and other types", async () => {
    const torn = await postCsv(jobs, gzipSync(head(50)).subarray(0, 500), { "content-encoding": "gzip" });
    expect(torn.status).toBe(400);
    expect((await postCsv(jobs, "{}", { "content-type": "image/png" })).status).toBe(415);
    expect((await postCsv(jobs, head(1), { "content-encoding": "br" })).status).toBe(415);
    expect((await postCsv(jobs, head(1), { "content-type": "text/csv; charset=latin1" })).status).toBe(415);
  });

  it("is gone once it is deleted", async () => {
    const id = await run("", head(3));
    expect((await fetch(`${jobs}/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await fetch(`${jobs}/${id}`)).status).toBe(404);
    expect((await fetch(`${jobs}/${id}/result`)).status).toBe(404);
  });

  it("is not served in a form nobody writes", async () => {
    const id = await run("", head(1));
    expect((await fetch(`${jobs}/${id}/result`, { headers: { accept: "image/png" } })).status).toBe(406);
  });
});
