import { openCatalogue, readSettings } from "@shap-service/jobs";
import { until } from "../../jobs/test/until.js";
import { openApiDocument } from "../src/openapi/document.js";
import type { WebServer } from "../src/server.js";
import { appWith } from "./app-with.js";
import { exampleText, finished, post, postCsv, sampleRows, startService } from "./service.js";

let service: WebServer;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

describe("the metrics", () => {
  it("tell of requests by route, of jobs, rows and chunks, and name their units", async () => {
    await post(`${service.url}/v1/models/mortgage/explain`, { rows: sampleRows(3) });
    const csv = exampleText("sample.csv").split("\n").slice(0, 11).join("\n");
    const { id } = (await (await postCsv(`${service.url}/v1/jobs`, csv)).json()) as { id: string };
    await finished(service.url, id);
    const read = async () => (await fetch(`${service.url}/metrics`)).text();
    // A chunk is counted after its job is closed.
    const text = await until(async () => {
      const now = await read();
      return now.includes("shap_chunks_explained_total 1\n") ? now : undefined;
    });
    for (const line of [
      'shap_http_request_duration_seconds_count{method="POST",route="/v1/models/:name/explain",status="200"} 1',
      "shap_request_rows_explained_total 3",
      "shap_jobs_submitted_total 1",
      "shap_job_rows_submitted_total 10",
      "shap_chunks_explained_total 1",
      'shap_queue_chunks{state="waiting"} 0',
      "shap_workers_live 1",
    ]) {
      expect(text).toContain(`${line}\n`);
    }
    expect(text).not.toContain(id);
  });

  it("tell of a request by its route's pattern, however its path is written and whatever it is answered", async () => {
    for (const path of [
      "/v1/jobs/j0",
      "/V1/JOBS/j1",
      "/v1/jobs/j2?x=1",
      "/v1/jobs/j3/result",
      "/v1/Models",
      "/v1/models/nothing",
      "/v1/models/nothing/plots/bar",
      "/Admin/queues/x",
      "/nowhere",
      "/v1/models/a/b/c/d",
      "/docs/problems/x",
    ]) {
      await (await fetch(service.url + path)).arrayBuffer();
    }
    await post(`${service.url}/V1/models/Mortgage/explain`, { rows: [] });
    await fetch(`${service.url}/v1/jobs/j0`, { method: "DELETE" });
    const text = await (await fetch(`${service.url}/metrics`)).text();
    const counts = text.matchAll(/^shap_http_request_duration_seconds_count{(.*)} \d+$/gm);
    const seen = [...counts].map(([, labels = ""]) =>
      labels.replace(/method="(\w+)",route="([^"]+)",status="(\d+)"/, "$1 $2 $3"),
    );
    expect(seen).toEqual(
      expect.arrayContaining([
        "GET /v1/jobs/:id 404",
        "GET /v1/jobs/:id 400",
        "DELETE /v1/jobs/:id 404",
        "GET /v1/jobs/:id/result 404",
        "GET /v1/models 200",
        "GET /v1/models/:name 404",
        "GET /v1/models/:name/plots/:plot 404",
        "POST /v1/models/:name/explain 404",
        "GET /admin 404",
        "GET /docs 200",
        "GET none 404",
      ]),
    );
    const patterns = new Set(
      Object.keys(openApiDocument().paths as object).map((path) => path.replace(/{(\w+)}/g, ":$1")),
    );
    const routes = seen.map((line) => line.split(" ")[1]!);
    expect(routes.filter((route) => !patterns.has(route) && route !== "none" && route !== "/admin")).toEqual(
      [],
    );
  });
});

describe("the plots", () => {
  it.each(["waterfall", "beeswarm", "bar", "force", "scatter?feature=credit_score"])(
    "draw a %s",
    async (plot) => {
      const [name, query = ""] = plot.split("?");
      const url = `${service.url}/v1/models/mortgage/plots/${name}`;
      const background = await fetch(`${url}?${query}`);
      expect(background.status).toBe(200);
      expect(background.headers.get("content-type")).toContain("image/svg+xml");
      expect(await background.text()).toMatch(/^<svg /);
      const feature = query === "" ? {} : { feature: "credit_score" };
      const rows = await post(url, { rows: sampleRows(20), maxDisplay: 5, ...feature });
      expect(rows.status).toBe(200);
      expect(await rows.text()).toMatch(/^<svg /);
    },
  );

  it.each([
    ["waterfall", 1],
    ["force", 1],
    ["beeswarm", 150],
  ])(
    "explain only the rows that a %s draws, of at most as many as a direct request may have",
    async (plot, rows) => {
      const settings = readSettings({});
      const models = openCatalogue(settings);
      let explained = 0;
      const { explainer } = models;
      models.explainer = (...options) => {
        const own = explainer.apply(models, options);
        const explain: typeof own.explain = (given) => {
          const explanation = own.explain(given);
          explained += explanation.data.rows;
          return explanation;
        };
        return { ...own, expectedValue: own.expectedValue, explain } as typeof own;
      };
      const { url, close } = await appWith({ models, env: { SHAP_MAX_SYNC_ROWS: "150" } });
      expect((await fetch(`${url}/v1/models/mortgage/plots/${plot}`)).status).toBe(200);
      expect(explained).toBe(rows);
      expect((await post(`${url}/v1/models/mortgage/plots/${plot}`, { rows: sampleRows(150) })).status).toBe(
        200,
      );
      expect(explained).toBe(2 * rows);
      await close();
    },
  );

  it.each([
    ["a plot that is none", "pie", 404],
    ["a width that is none", "bar?width=wide", 400],
    ["a scatter of nothing", "scatter", 400],
    ["a scatter of no feature", "scatter?feature=nothing", 422],
  ])("refuse %s", async (_what, path, status) => {
    expect((await fetch(`${service.url}/v1/models/mortgage/plots/${path}`)).status).toBe(status);
  });
});

describe("under pressure", () => {
  it("a service short of memory refuses new work, says when to come back, and answers what only reads", async () => {
    const { url, close } = await appWith({ rss: 2 ** 40 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    const refused = await post(`${url}/v1/models/mortgage/explain`, { rows: sampleRows(1) });
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("10");
    const upload = await fetch(`${url}/v1/models/m`, { method: "PUT", body: "{}" });
    expect(upload.status).toBe(503);
    expect((await fetch(`${url}/v1/models/mortgage/plots/bar`)).status).toBe(503);
    expect((await fetch(`${url}/v1/models`)).status).toBe(200);
    await close();
  });

  it("a caller that asks too often is told when to come back", async () => {
    const { url, close } = await appWith({ env: { SHAP_RATE_LIMIT_PER_MINUTE: "2" } });
    const codes: number[] = [];
    for (let i = 0; i < 3; i++) codes.push((await fetch(`${url}/v1/models`)).status);
    expect(codes).toEqual([200, 200, 429]);
    const refused = await fetch(`${url}/v1/models`);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(refused.headers.get("content-type")).toContain("problem+json");
    expect((await fetch(`${url}/health`)).status).toBe(200);
    await close();
  });
});
