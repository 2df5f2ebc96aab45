import type { WebServer } from "../../src/server.js";
import { startService } from "../service.js";

let service: WebServer;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

const ask = (method: string, path: string): Promise<Response> => fetch(`${service.url}${path}`, { method });

describe("an address that is asked with a method it does not serve", () => {
  it.each([
    ["PUT", "/v1/jobs", "POST, OPTIONS"],
    ["GET", "/v1/jobs/", "POST, OPTIONS"],
    ["PATCH", "/v1/jobs/j0", "GET, DELETE, HEAD, OPTIONS"],
    ["DELETE", "/v1/jobs/j0/result?top=3", "GET, HEAD, OPTIONS"],
    ["POST", "/v1/models", "GET, HEAD, OPTIONS"],
    ["PATCH", "/v1/models/none%20such", "GET, PUT, DELETE, HEAD, OPTIONS"],
    ["PUT", "/v1/models/mortgage/plots/bar", "GET, POST, HEAD, OPTIONS"],
    ["POST", "/health", "GET, HEAD, OPTIONS"],
    ["DELETE", "/openapi.json", "GET, HEAD, OPTIONS"],
  ])("says so, and which it does: %s %s", async (method, path, allow) => {
    const response = await ask(method, path);
    const { code, detail } = (await response.json()) as { code: string; detail: string };
    expect([response.status, code, response.headers.get("allow")]).toEqual([
      405,
      "method-not-allowed",
      allow,
    ]);
    expect(detail).toBe(`${method} is not served at ${path.split("?")[0]}, but ${allow}`);
  });

  it("is not known where the document does not know it", async () => {
    for (const path of ["/v1/nothing", "/v1/jobs/j0/nothing", "/openapi-json", "/v1/models//plots/bar"]) {
      const response = await ask("PUT", path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ detail: `PUT ${path} is not served; see /docs` });
    }
  });
});

it("HEAD is answered where GET is, and OPTIONS tells the methods", async () => {
  expect((await ask("HEAD", "/v1/models/mortgage")).status).toBe(200);
  expect((await ask("HEAD", "/health")).status).toBe(200);
  const options = await ask("OPTIONS", "/v1/models/mortgage");
  expect(options.status).toBe(200);
  expect(options.headers.get("allow")).toContain("GET");
  const explain = await ask("OPTIONS", "/v1/models/mortgage/explain");
  expect([explain.status, explain.headers.get("allow")]).toEqual([200, "POST"]);
});
