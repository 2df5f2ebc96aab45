import { createHash } from "node:crypto";
import type { WebServer } from "../src/server.js";
import { exampleText, post, postCsv, sampleRows, startService } from "./service.js";

const digest = (key: string) => createHash("sha256").update(key).digest("hex");
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const csv = exampleText("sample.csv").split("\n").slice(0, 2).join("\n");

let service: WebServer;
beforeAll(async () => {
  service = await startService({
    HOST: "127.0.0.1",
    SHAP_API_KEY: "the-admin-key",
    SHAP_API_KEYS: `reader:read:${digest("read-key")},writer:write:${digest("write-key")}`,
  });
});
afterAll(() => service.close());

describe("a service with keys", () => {
  it("leaves health and life open", async () => {
    expect((await fetch(`${service.url}/health`)).status).toBe(200);
    expect((await fetch(`${service.url}/live`)).status).toBe(200);
  });

  it.each([
    ["no key", {}],
    ["a wrong key", bearer("nobody")],
    ["a key of another scheme", { authorization: "Basic the-admin-key" }],
    ["a digest instead of its key", bearer(digest("read-key"))],
  ])("refuses %s", async (_what, headers) => {
    const response = await fetch(`${service.url}/v1/models`, { headers });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toContain("Bearer");
    expect(response.headers.get("content-type")).toContain("application/problem+json");
  });

  it.each([
    ["POST", "/v1/models/mortgage/explain"],
    ["OPTIONS", "/v1/models/mortgage/explain"],
    ["OPTIONS", "/v1/models/mortgage/predict"],
    ["GET", "/v1/models/mortgage/predict"],
    ["OPTIONS", "/v1/models"],
    ["GET", "/v1/nothing"],
    ["GET", "/metrics"],
  ])("asks for a key before anything is said of %s %s", async (method, path) => {
    expect((await fetch(`${service.url}${path}`, { method })).status).toBe(401);
  });

  it("lets a reader explain, but submit no job", async () => {
    const explain = `${service.url}/v1/models/mortgage/explain`;
    expect((await post(explain, { rows: sampleRows(1) }, bearer("read-key"))).status).toBe(200);
    const refused = await postCsv(`${service.url}/v1/jobs`, csv, bearer("read-key"));
    expect(refused.status).toBe(403);
    expect(((await refused.json()) as { detail: string }).detail).toContain("role write");
  });

  it.each(["write-key", "the-admin-key"])("lets %s submit jobs", async (key) => {
    expect((await postCsv(`${service.url}/v1/jobs`, csv, bearer(key))).status).toBe(202);
  });
});
