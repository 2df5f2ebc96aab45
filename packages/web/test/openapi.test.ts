import { readFileSync } from "node:fs";
import { openApiDocument } from "../src/openapi/document.js";
import type { WebServer } from "../src/server.js";
import { startService } from "./service.js";

type Paths = Record<string, Record<string, { "x-role"?: string; responses: Record<string, unknown> }>>;
const { paths } = openApiDocument() as { paths: Paths };
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({ path, method })),
);

let service: WebServer;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

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

  it("holds of queries too: a field that is not listed is refused wherever a key is needed", async () => {
    for (const { path, method } of operations) {
      if (path.startsWith("/admin") || !paths[path]![method]!["x-role"]) continue;
      const address = path.replace("{name}", "mortgage").replace("{plot}", "bar").replace("{id}", "j0");
      const response = await fetch(`${service.url}${address}?x=1`, { method: method.toUpperCase() });
      expect(`${path} ${((await response.json()) as { code: string }).code}`).toBe(`${path} unknown-field`);
    }
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
