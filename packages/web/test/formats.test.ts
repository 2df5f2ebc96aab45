import { Float64, Table, tableFromIPC, tableToIPC, Utf8, vectorFromArray } from "apache-arrow";
import { parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { WebServer } from "../src/server.js";
import { finished, postCsv, sampleRows, startService } from "./service.js";

let service: WebServer;
let jobs: string;
beforeAll(async () => {
  service = await startService({ SHAP_MAX_BATCH_SIZE: "32" });
  jobs = `${service.url}/v1/jobs`;
});
afterAll(() => service.close());

const rows = sampleRows(100).map((row, i) => ({ ...row, who: `row ${i}` }));
const names = Object.keys(rows[0]!);
const column = (name: string) =>
  rows.map((row) => (row as Record<string, number | string | null>)[name] ?? null);

async function explained(body: string | Uint8Array<ArrayBuffer>, type: string, query = ""): Promise<string> {
  const response = await postCsv(`${jobs}?id=who${query}`, body, { "content-type": type });
  expect(await response.clone().text()).toContain('"id"');
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as { id: string };
  expect(await finished(service.url, id)).toMatchObject({ state: "completed", rowsDone: 100 });
  return id;
}
const result = async (id: string, accept: string): Promise<Response> =>
  fetch(`${jobs}/${id}/result`, { headers: { accept } });

const arrow = () => {
  const columns = Object.fromEntries(
    names.map((name) => {
      const type = name === "who" ? new Utf8() : new Float64();
      return [name, vectorFromArray(column(name), type)];
    }),
  );
  return Uint8Array.from(tableToIPC(new Table(columns), "stream"));
};
const parquet = () =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: names.map((name) => ({
        name,
        data: column(name),
        type: name === "who" ? "STRING" : "DOUBLE",
      })),
    }),
  );

describe("a table", () => {
  const csv = [names, ...rows.map((row) => Object.values(row).map((cell) => cell ?? ""))]
    .map((cells) => cells.join(","))
    .join("\n");
  let expected: string;
  beforeAll(async () => {
    expected = await (await result(await explained(csv, "text/csv"), "text/csv")).text();
  });

  it.each([
    ["NDJSON", () => rows.map((row) => JSON.stringify(row)).join("\n"), "application/x-ndjson"],
    ["a JSON array", () => JSON.stringify(rows), "application/json"],
    ["a JSON object with rows", () => `  ${JSON.stringify({ rows })}`, "application/json"],
    ["an Arrow stream", arrow, "application/vnd.apache.arrow.stream"],
    ["Parquet", parquet, "application/vnd.apache.parquet"],
  ])("as %s gives the result of the same table as CSV", async (_what, body, type) => {
    const id = await explained(body(), type);
    expect(await (await result(id, "text/csv")).text()).toBe(expected);
  });

  const nested = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  it.each([
    [
      "NDJSON",
      '{"loan_amount":1}\n{"loan_amount":"much"}',
      "application/x-ndjson",
      422,
      /row 2, column "loan_amount"/,
    ],
    ["NDJSON that is none", '{"loan_amount":1}\n{', "application/x-ndjson", 400, /line 2/],
    ["JSON that is cut off", '[{"loan_amount":1},{"loan', "application/json", 400, /JSON|parser/i],
    ["JSON that is broken inside", '[{"loan_amount":1},{"loan_amount":}]', "application/json", 400, /row 2/],
    ["a field that is none", '{"rows":[],"top":3}', "application/json", 400, /"top" is not known/],
    ["a row nested out of sight", `[{"loan_amount":${nested}}]`, "application/json", 422, /row 1.*a list/],
    ["a line nested out of sight", `{"loan_amount":${nested}}`, "application/x-ndjson", 422, /row 1.*a list/],
    ["JSON of no rows", '"text"', "application/json", 400, /rows/],
    ["a misspelt name", '[{"loan_amonut":1}]', "application/json", 422, /row 1.*did you mean "loan_amount"/],
    ["Arrow that is none", "hello", "application/vnd.apache.arrow.stream", 422, /Arrow/],
    ["Parquet that is none", "hello", "application/vnd.apache.parquet", 422, /Parquet/],
  ])("refuses %s with its place", async (_what, body, type, status, detail) => {
    const response = await postCsv(jobs, body, { "content-type": type });
    expect(((await response.json()) as { detail: string }).detail).toMatch(detail);
    expect(response.status).toBe(status);
  });

  it("comes back as Arrow and as Parquet with the numbers of the CSV", async () => {
    const id = await explained(csv, "text/csv");
    const [header = "", ...lines] = expected.trimEnd().split("\n");
    const cells = lines.map((line) => line.split(","));
    const table = tableFromIPC(
      new Uint8Array(await (await result(id, "application/vnd.apache.arrow.stream")).arrayBuffer()),
    );
    expect(table.schema.fields.map((field) => field.name)).toEqual(header.split(","));
    expect(table.numRows).toBe(100);
    const file = await (await result(id, "application/vnd.apache.parquet")).arrayBuffer();
    const objects = await parquetReadObjects({ file });
    for (const [c, name] of header.split(",").entries()) {
      const fromCsv = cells.map((line) => (c === 0 ? line[c] : Number(line[c])));
      expect(Array.from({ length: 100 }, (_, r) => table.getChildAt(c)!.get(r))).toEqual(fromCsv);
      expect(objects.map((row) => row[name])).toEqual(fromCsv);
    }
  });

  it("comes back in float32 where that was asked for: the same numbers rounded, in every form", async () => {
    const id = await explained(csv, "text/csv", "&precision=float32");
    const bytes = async (type: string) => (await result(id, type)).arrayBuffer();
    const lines = (await (await result(id, "text/csv")).text()).trimEnd().split("\n").slice(1);
    const full = expected.trimEnd().split("\n").slice(1);
    const table = tableFromIPC(new Uint8Array(await bytes("application/vnd.apache.arrow.stream")));
    const objects = await parquetReadObjects({ file: await bytes("application/vnd.apache.parquet") });
    const json = (await (await result(id, "application/json")).json()) as { values: number[][] };
    for (const [r, line] of lines.entries()) {
      const [who, prediction, base, ...values] = line.split(",");
      const [expectedWho, expectedPrediction, expectedBase, ...expectedValues] = full[r]!.split(",");
      const rounded = expectedValues.map((text) => Math.fround(Number(text)));
      expect([who, base]).toEqual([expectedWho, expectedBase]);
      expect(Math.fround(Number(prediction))).toBe(Math.fround(Number(expectedPrediction)));
      expect(values.map((text) => Math.fround(Number(text)))).toEqual(rounded);
      expect(values.every((text) => text.length <= 15)).toBe(true);
      expect(json.values[r]).toEqual(values.map(Number));
      expect(rounded.map((_, j) => table.getChildAt(3 + j)!.get(r))).toEqual(rounded);
      // One number for all rows: it is the same in every form.
      expect([table.getChildAt(2)!.get(r), objects[r]!.base_value]).toEqual([Number(base), Number(base)]);
      expect(Object.values(objects[r]!).slice(3)).toEqual(rounded);
    }
    const top = await (await fetch(`${jobs}/${id}/result?top=1`, { headers: { accept: "text/csv" } })).text();
    expect(top.split("\n")[1]!.split(",").at(-1)!.length).toBeLessThanOrEqual(15);
  });

  it("tells the strongest reasons a row where only those are asked for", async () => {
    const id = await explained(csv, "text/csv");
    const full = (await (await result(id, "text/csv")).text()).trimEnd().split("\n");
    const names = full[0]!.split(",").slice(3);
    const top = await (await fetch(`${jobs}/${id}/result?top=2`, { headers: { accept: "text/csv" } })).text();
    const [header, ...lines] = top.trimEnd().split("\n");
    expect(header).toBe("who,reason_1,reason_2,prediction,base_value,shap_reason_1,shap_reason_2");
    for (const [r, line] of lines.entries()) {
      const [who, first, second, prediction, base, ...values] = line.split(",");
      const [expectedWho, expectedPrediction, expectedBase, ...all] = full[r + 1]!.split(",");
      expect([who, prediction, base]).toEqual([expectedWho, expectedPrediction, expectedBase]);
      const sorted = all.toSorted((a, b) => Math.abs(Number(b)) - Math.abs(Number(a))).slice(0, 2);
      expect(values).toEqual(sorted);
      expect([first, second]).toEqual(sorted.map((value) => names[all.indexOf(value)]!.replace("shap_", "")));
    }
    const table = tableFromIPC(
      new Uint8Array(
        await (
          await fetch(`${jobs}/${id}/result?top=1`, {
            headers: { accept: "application/vnd.apache.arrow.stream" },
          })
        ).arrayBuffer(),
      ),
    );
    expect(table.schema.fields.map((field) => field.name)).toEqual([
      "who",
      "reason_1",
      "prediction",
      "base_value",
      "shap_reason_1",
    ]);
    expect((await fetch(`${jobs}/${id}/result?top=none`)).status).toBe(400);
  });
});
