import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  explainAnswer,
  healthAnswer,
  jobAnswer,
  liveAnswer,
  modelAnswer,
  modelsAnswer,
  predictAnswer,
  sweepAnswer,
  workersAnswer,
} from "../src/openapi/answers.js";
import { openApiDocument } from "../src/openapi/document.js";
import type { WebServer } from "../src/server.js";
import { appWith } from "./app-with.js";
import { exampleText, finished, post, sampleRows, startService } from "./service.js";
import { fixture, put } from "./uploaded-models.js";

type Response = { content?: Record<string, object> };
type Paths = Record<string, Record<string, { "x-role"?: string; responses: Record<string, Response> }>>;
const { paths } = openApiDocument() as { paths: Paths };
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({ path, method })),
);

/** What Express keeps of a route, or of a router and where it is mounted. */
interface Layer {
  readonly rawPath: string | string[];
  readonly route?: { readonly path: string | string[]; readonly methods: Record<string, boolean> };
  readonly handle: { readonly stack?: Layer[] };
}

/** Every route with its method, as the document writes them: `get /v1/jobs/{id}`. OPTIONS is answered everywhere. */
function routesOf(layers: readonly Layer[], mount = ""): string[] {
  return layers.flatMap(({ route, handle, rawPath }) => {
    if (route === undefined) return routesOf(handle.stack ?? [], `${mount}${rawPath === "/" ? "" : rawPath}`);
    return [route.path].flat().flatMap((path) => {
      const address = `${mount}${path === "/" ? "" : path}`.replace(/:(\w+)/g, "{$1}");
      const methods = Object.keys(route.methods).filter((method) => method !== "options");
      return methods.map((method) => `${method} ${address}`);
    });
  });
}

let service: WebServer;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "shap-models-"));
  service = await startService({ SHAP_MODEL_DIR: folder });
  await put(service.url, "mortgage", exampleText("model.json"));
  await put(service.url, "several", fixture("xgboost/softprob/model.json"));
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

describe("the OpenAPI document", () => {
  it("is the one that is kept in docs/openapi.json (node packages/web/dist/openapi/write.js writes it)", () => {
    const kept = readFileSync(new URL("../../../docs/openapi.json", import.meta.url), "utf8");
    expect(JSON.parse(kept)).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
  });

  it("is served, and readable at /docs", async () => {
    expect(await (await fetch(`${service.url}/openapi.json`)).json()).toEqual(
      JSON.parse(JSON.stringify(openApiDocument())),
    );
    const page = await (await fetch(`${service.url}/docs`)).text();
    for (const path of Object.keys(paths)) expect(page).toContain(path);
  });

  it("has a page whose links work without TLS", async () => {
    const policy = (await fetch(`${service.url}/docs`)).headers.get("content-security-policy");
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toContain("upgrade-insecure-requests");
  });

  it("holds of queries too: a field that is not listed is refused wherever a key is needed", async () => {
    for (const { path, method } of operations) {
      if (path.startsWith("/admin") || !paths[path]![method]!["x-role"]) continue;
      const address = path.replace("{name}", "mortgage").replace("{plot}", "bar").replace("{id}", "j0");
      const response = await fetch(`${service.url}${address}?x=1`, { method: method.toUpperCase() });
      expect(`${path} ${((await response.json()) as { code: string }).code}`).toBe(`${path} unknown-field`);
    }
  });

  it("lists every route that is served", async () => {
    const { app, close } = await appWith({});
    const listed = operations.map(({ path, method }) => `${method} ${path}`);
    const unlisted = routesOf(app.router.stack as unknown as Layer[]).filter(
      (route) => !listed.includes(route),
    );
    await close();
    // A page for each problem, and the queue's own page.
    expect(unlisted).toEqual(["get /docs/problems/{code}"]);
  });

  it("has a schema for everything that is answered as JSON", () => {
    for (const { path, method } of operations) {
      const { responses } = paths[path]![method]!;
      const media = Object.entries(responses).flatMap(([status, { content = {} }]) =>
        Number(status) < 300 && path !== "/openapi.json" && !path.endsWith("/result")
          ? [content["application/json"]]
          : [],
      );
      for (const json of media)
        if (json !== undefined) expect(`${path} ${Object.keys(json)}`).toBe(`${path} schema`);
    }
  });

  const rows = sampleRows(2);
  it.each([
    ["GET", "/health", undefined, healthAnswer],
    ["GET", "/live", undefined, liveAnswer],
    ["GET", "/v1/models", undefined, modelsAnswer],
    ["GET", "/v1/models/mortgage", undefined, modelAnswer],
    ["POST", "/v1/models/mortgage/predict", { rows }, predictAnswer],
    ["POST", "/v1/models/mortgage/explain", { rows, top: 2, interactions: true }, explainAnswer],
    ["POST", "/v1/models/several/explain", { rows: [{}], top: 2, interactions: true }, explainAnswer],
    ["POST", "/v1/jobs?model=mortgage", { rows }, jobAnswer],
    ["GET", "/v1/workers", undefined, workersAnswer],
    ["POST", "/v1/workers/sweep", undefined, sweepAnswer],
  ] as const)("has every field of %s %s", async (method, path, body, schema) => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(service.url + path, { method, headers, body: body && JSON.stringify(body) });
    const answer = await response.json();
    expect(schema.parse(answer)).toEqual(answer);
  });

  const text = { "content-type": "text/plain" };
  it.each([
    ["post", "/v1/models/{name}/predict", text, 415],
    ["post", "/v1/models/{name}/explain", text, 415],
    ["post", "/v1/models/{name}/plots/{plot}", text, 415],
    ["post", "/v1/jobs", text, 415],
  ])("lists what %s %s with %j is answered", async (method, path, headers, status) => {
    const address = path
      .replace("{name}", "mortgage")
      .replace("{plot}", "bar")
      .replace(/jobs$/, "jobs?model=mortgage");
    const response = await fetch(service.url + address, { method: method.toUpperCase(), headers, body: "x" });
    expect(response.status).toBe(status);
    expect(Object.keys(paths[path]![method]!.responses)).toContain(String(status));
  });

  it("lists that a result is known already", async () => {
    const sent = await post(`${service.url}/v1/jobs?model=mortgage`, { rows });
    const { id } = (await sent.json()) as { id: string };
    await finished(service.url, id);
    const address = `${service.url}/v1/jobs/${id}/result`;
    const etag = (await fetch(address)).headers.get("etag")!;
    expect((await fetch(address, { headers: { "if-none-match": etag } })).status).toBe(304);
    expect(Object.keys(paths["/v1/jobs/{id}/result"]!.get!.responses)).toContain("304");
  });

  it("lists only what is served", async () => {
    for (const { path, method } of operations) {
      const address = path.replace("{name}", "mortgage").replace("{plot}", "bar").replace("{id}", "j0");
      const response = await fetch(service.url + address, { method: method.toUpperCase() });
      const text = await response.text();
      expect(`${path}: ${text}`).not.toMatch(/"code":"not-found"/);
      expect(Object.keys(paths[path]![method]!.responses)).toContain(String(response.status));
    }
  });
});
