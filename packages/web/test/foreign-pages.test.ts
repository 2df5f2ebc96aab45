import type { WebServer } from "../src/server.js";
import { post, sampleRows, startService } from "./service.js";

let service: WebServer;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

const origin = { origin: "https://elsewhere.example" };

describe("a page of another origin", () => {
  it.each(["/v1/models", "/health", "/metrics", "/docs"])("gets no leave to read %s", async (path) => {
    const response = await fetch(service.url + path, { headers: origin });
    const preflight = await fetch(service.url + path, {
      method: "OPTIONS",
      headers: { ...origin, "access-control-request-method": "POST" },
    });
    for (const { headers } of [response, preflight]) {
      expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
      expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toContain("default-src 'self'");
      expect(headers.get("x-powered-by")).toBeNull();
    }
  });

  it("is refused what could change something", async () => {
    const explain = `${service.url}/v1/models/mortgage/explain`;
    const body = { rows: sampleRows(1) };
    for (const site of ["cross-site", "same-site"]) {
      const response = await post(explain, body, { ...origin, "sec-fetch-site": site });
      expect(response.status).toBe(403);
      expect(((await response.json()) as { code: string }).code).toBe("foreign-page");
    }
    expect((await post(explain, body, { "sec-fetch-site": "same-origin" })).status).toBe(200);
    expect((await post(explain, body)).status).toBe(200);
  });
});
