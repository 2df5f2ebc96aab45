import { createHash } from "node:crypto";
import { RedisServer } from "../../jobs/test/redis-server.js";
import { ChromiumPage } from "./chromium.js";
import { NodeProcess } from "./node-process.js";
import { exampleText, postCsv, startService } from "./service.js";

const ADMIN = "the-admin-key";
const WRITER = "the-writer-key";
const digest = createHash("sha256").update(WRITER).digest("hex");
const keys = { HOST: "127.0.0.1", SHAP_API_KEY: ADMIN, SHAP_API_KEYS: `writer:write:${digest}` };
const basic = (key: string) => ({
  authorization: `Basic ${Buffer.from(`anyone:${key}`).toString("base64")}`,
});

describe("the queue's page, with the queue on Redis", () => {
  let redis: RedisServer;
  let web: NodeProcess;
  let url: string;
  let page: string;
  beforeAll(async () => {
    redis = await RedisServer.start();
    const env = { REDIS_URL: redis.url, PORT: "0", SHAP_MAX_BATCH_SIZE: "100", ...keys };
    web = NodeProcess.start("packages/web/dist/main.js", env);
    url = (await web.says(/"url":"([^"]+)"/))[1]!;
    page = `${url}/admin/queues`;
  });
  afterAll(async () => {
    await web.stop("SIGKILL");
    await redis.remove();
  });

  it("makes a browser ask for the key", async () => {
    for (const headers of [{}, basic("nobody"), { authorization: "Basic ???" }]) {
      const response = await fetch(page, { headers });
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toMatch(/^Basic /);
    }
  });

  it("is for admins only, by password or as a bearer", async () => {
    expect((await fetch(page, { headers: basic(WRITER) })).status).toBe(403);
    expect((await fetch(page, { headers: basic(ADMIN) })).status).toBe(200);
    expect((await fetch(page, { headers: { authorization: `Bearer ${ADMIN}` } })).status).toBe(200);
  });

  it("is the only place that takes a password", async () => {
    for (const path of ["/v1/models", "/metrics", "/v1/jobs/j0"]) {
      const response = await fetch(url + path, { headers: basic(ADMIN) });
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toMatch(/^Bearer /);
    }
  });

  it("shows the queue in a browser, within the content security policy, and references in place of rows", async () => {
    const bearer = { authorization: `Bearer ${ADMIN}` };
    const table = exampleText("sample.csv");
    const { id } = (await (await postCsv(`${url}/v1/jobs`, table, bearer)).json()) as { id: string };
    const chromium = await ChromiumPage.open(`${page}/queue/shap-chunks-v1?status=waiting`, ADMIN);
    try {
      const text = await chromium.says(new RegExp(`c-${id}-0`));
      expect(text).toContain("shap-chunks-v1");
      const waiting = await fetch(`${page}/api/queues?activeQueue=shap-chunks-v1&status=waiting`, {
        headers: bearer,
      });
      const { queues } = (await waiting.json()) as { queues: { jobs: { data: object }[] }[] };
      expect(queues[0]!.jobs.length).toBe(10);
      for (const job of queues[0]!.jobs) {
        expect(Object.keys(job.data).sort()).toEqual(["index", "jobId", "requestId", "schema"]);
      }
      // The page asks for letters of another origin; it is read as well without.
      expect(chromium.complaints.filter((said) => !said.includes("fonts.googleapis.com"))).toEqual([]);
    } finally {
      await chromium.close();
    }
  });

  it("changes nothing, whoever asks", async () => {
    const queue = `${page}/api/queues/shap-chunks-v1`;
    for (const [method, path] of [
      ["PUT", "/pause"],
      ["PUT", "/empty"],
      ["POST", "/add"],
      ["DELETE", ""],
    ] as const) {
      const response = await fetch(queue + path, { method, headers: basic(ADMIN) });
      expect(response.status).toBe(405);
    }
    const health = (await (await fetch(`${url}/health`)).json()) as { queue: { counts: object } };
    expect(health.queue.counts).toMatchObject({ waiting: 10 });
  });

  it("says that Redis is away", async () => {
    await redis.stop();
    expect((await fetch(page, { headers: basic(ADMIN) })).status).toBe(503);
  });
});

describe("the queue's page, with the queue inside the process", () => {
  it("is not there, and says why", async () => {
    const service = await startService();
    const response = await fetch(`${service.url}/admin/queues`);
    expect(response.status).toBe(404);
    const problem = (await response.json()) as { code: string; detail: string };
    expect(problem).toMatchObject({ code: "no-board", detail: expect.stringContaining("REDIS_URL") });
    await service.close();
  });
});
