import type { WebServer } from "../../src/server.js";
import { exampleText, finished, postCsv, startService } from "../service.js";

let service: WebServer;
let result: string;
beforeAll(async () => {
  service = await startService();
  const [header, row] = exampleText("sample.csv").split("\n");
  const table = `${header},reason_1\n${row},x\n`;
  const response = await postCsv(`${service.url}/v1/jobs?id=reason_1`, table);
  const { id } = (await response.json()) as { id: string };
  await finished(service.url, id);
  result = `${service.url}/v1/jobs/${id}/result`;
});
afterAll(() => service.close());

const ask = (headers: Record<string, string>, query = ""): Promise<Response> =>
  fetch(`${result}${query}`, { headers });

describe("the form of a result", () => {
  it.each([
    ["*/*", "text/csv; charset=utf-8"],
    ["text/csv", "text/csv; charset=utf-8"],
    ["text/csv;charset=utf-8", "text/csv; charset=utf-8"],
    ["application/json; charset=UTF-8", "application/json; charset=utf-8"],
    ["application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.stream"],
    ["application/x-ndjson;q=0.5, application/vnd.apache.parquet", "application/vnd.apache.parquet"],
  ])("is the one that Accept asks for: %s", async (accept, type) => {
    const response = await ask({ accept });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, type]);
  });

  it("that is none is refused", async () => {
    expect((await ask({ accept: "image/png" })).status).toBe(406);
    expect((await ask({ accept: "text/csv;charset=latin1" })).status).toBe(406);
  });
});

describe("what a client may keep", () => {
  it("is not sent again", async () => {
    const etag = (await ask({ accept: "text/csv" })).headers.get("etag")!;
    for (const known of [etag, `"other", ${etag}`, `W/${etag}`, "*"]) {
      const response = await ask({ accept: "text/csv", "if-none-match": known });
      expect([response.status, response.headers.get("etag")]).toEqual([304, etag]);
    }
    expect((await ask({ accept: "application/json", "if-none-match": etag })).status).toBe(200);
  });

  it("is no refusal", async () => {
    const response = await ask({ accept: "text/csv" }, "?top=2");
    expect([response.status, response.headers.get("etag")]).toEqual([400, null]);
    expect(response.headers.get("cache-control") ?? "").not.toContain("immutable");
  });
});
