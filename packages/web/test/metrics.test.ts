import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { RedisServer } from "../../jobs/test/redis-server.js";
import { until } from "../../jobs/test/until.js";
import { NodeProcess } from "./node-process.js";
import { exampleText, finished, post, postCsv, startService } from "./service.js";

const sample = exampleText("sample.csv");

/** Metric names with their values; those with labels under their name and labels. */
async function metricsOf(url: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(" ")),
      Number(line.slice(line.lastIndexOf(" ") + 1)),
    ]),
  );
}

async function explainSample(url: string): Promise<void> {
  const { id } = (await (await postCsv(`${url}/v1/jobs`, sample)).json()) as { id: string };
  expect(await finished(url, id)).toMatchObject({ state: "completed" });
}

describe("the metrics of separate processes", () => {
  let redis: RedisServer;
  const running: NodeProcess[] = [];
  const start = (script: string): NodeProcess => {
    const env = { REDIS_URL: redis.url, PORT: "0", SHAP_MAX_BATCH_SIZE: "100" };
    const program = NodeProcess.start(script, env);
    running.push(program);
    return program;
  };
  const startWeb = async () => (await start("packages/web/dist/main.js").says(/"url":"([^"]+)"/))[1]!;
  const startWorker = () => start("packages/worker/dist/main.js");

  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(async () => {
    await Promise.all(running.map((program) => program.stop("SIGKILL")));
    await redis.remove();
  });

  it("tell the work of all workers, also of those that have ended, and the same at every web process", async () => {
    const [one, other] = await Promise.all([startWeb(), startWeb()]);
    for (const _ of ["first", "second"]) {
      const worker = startWorker();
      await explainSample(one);
      expect(await worker.stop()).toBe(0);
    }
    const totals = async (url: string) =>
      [...(await metricsOf(url))].filter(([name]) => /^shap_(job|chunk|lock|worker_[^r])/.test(name));
    const seen = new Map(await totals(one));
    expect(await totals(other)).toEqual([...seen]);
    expect(Object.fromEntries(seen)).toMatchObject({
      shap_jobs_submitted_total: 2,
      shap_job_rows_submitted_total: 2000,
      shap_jobs_completed_total: 2,
      shap_jobs_failed_total: 0,
      shap_jobs_cancelled_total: 0,
      shap_chunks_explained_total: 20,
      shap_job_rows_explained_total: 2000,
      shap_chunks_failed_total: 0,
      shap_chunks_stalled_total: 0,
      shap_lock_failures_total: 0,
      shap_worker_name_collisions_total: 0,
      shap_worker_compiled_explainers_total: 2,
    });
    expect(seen.get("shap_chunk_seconds_total")).toBeGreaterThan(0);
    expect(seen.get("shap_worker_compile_seconds_total")).toBeGreaterThan(0);
  });

  it("keep silent about the totals while Redis is away, rather than fall to 0, and go on from there", async () => {
    const url = await startWeb();
    const before = (await metricsOf(url)).get("shap_jobs_submitted_total");
    expect(before).toBeGreaterThanOrEqual(0);
    expect((await metricsOf(url)).get("shap_queue_up")).toBe(1);
    await redis.stop();
    await until(async () => !(await metricsOf(url)).has("shap_jobs_submitted_total"));
    const away = await metricsOf(url);
    expect(away.has("shap_redis_reconnects_total")).toBe(true);
    expect(away.get("shap_queue_up")).toBe(0);
    expect(away.has("shap_workers_live")).toBe(false);
    await redis.start();
    await until(async () => (await metricsOf(url)).has("shap_jobs_submitted_total"));
  });
});

/** Every expression of a file of docs/operations. */
function expressionsOf(file: string): string[] {
  const text = readFileSync(new URL(`../../../docs/operations/${file}`, import.meta.url), "utf8");
  if (file.endsWith(".json")) {
    const { panels } = JSON.parse(text) as { panels: { targets: { expr: string }[] }[] };
    return panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  }
  const { groups } = parse(text) as { groups: { rules: { alert: string; expr: string }[] }[] };
  return groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
}

describe("the dashboard and the alerts", () => {
  it.each(["dashboard.json", "alerts.yml"])(
    "of %s name only metrics and labels that there are",
    async (file) => {
      const expressions = expressionsOf(file);
      expect(expressions.length).toBeGreaterThan(10);
      const service = await startService();
      try {
        await explainSample(service.url);
        await post(`${service.url}/v1/models/mortgage/explain`, { rows: [{}] });
        const series = [...(await metricsOf(service.url)).keys()];
        for (const expression of expressions) {
          for (const [, name = "", selector = ""] of expression.matchAll(/\b(shap_\w+)({[^}]*})?/g)) {
            const named = series.filter((one) => one.replace(/\{.*/, "") === name);
            expect(`${name}: ${named.length > 0}`).toBe(`${name}: true`);
            for (const [, label = "", is = "", value = ""] of selector.matchAll(/(\w+)(=~?)"([^"]*)"/g)) {
              // No request fails here: of a pattern only the label's name can be seen.
              const wanted = is === "=" ? `${label}="${value}"` : `${label}="`;
              expect(named).toContainEqual(expect.stringContaining(wanted));
            }
          }
        }
      } finally {
        await service.close();
      }
    },
  );

  it("tell every metric that the handbook lists", async () => {
    const text = readFileSync(new URL("../../../docs/operations/README.md", import.meta.url), "utf8");
    const service = await startService();
    try {
      // Requests are told of once one has been answered.
      await metricsOf(service.url);
      const series = [...(await metricsOf(service.url)).keys()];
      for (const name of new Set(text.match(/\bshap_\w+\b(?!…)/g))) {
        expect(series.some((one) => one.startsWith(name)) ? "" : name).toBe("");
      }
    } finally {
      await service.close();
    }
  });
});
