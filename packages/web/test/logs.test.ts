import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RedisServer } from "../../jobs/test/redis-server.js";
import { until } from "../../jobs/test/until.js";
import { NodeProcess } from "./node-process.js";
import { exampleText, postCsv } from "./service.js";

const KEY = "key-that-must-not-be-logged";
const PASSWORD = "password-that-must-not-be-logged";
const CELL = "0.1357924680135";
const WORD = "cell-that-must-not-be-logged";
const bearer = { authorization: `Bearer ${KEY}` };

const [header = "", first = ""] = exampleText("sample.csv").split("\n");
const table = `${header},who\n${[CELL, ...first.split(",").slice(1)].join(",")},${WORD}\n`;

type Line = Record<string, unknown>;
const lines = (program: NodeProcess): Line[] =>
  program.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

let redis: RedisServer;
let folder: string;
let web: NodeProcess;
let url: string;
const running: NodeProcess[] = [];

function start(script: string, env: Record<string, string> = {}): NodeProcess {
  const program = NodeProcess.start(script, {
    // A server without a password takes any.
    REDIS_URL: redis.url.replace("redis://", `redis://:${PASSWORD}@`),
    PORT: "0",
    HOST: "127.0.0.1",
    SHAP_API_KEY: KEY,
    LOG_LEVEL: "trace",
    ...env,
  });
  running.push(program);
  return program;
}
const startWorker = (env?: Record<string, string>) => start("packages/worker/dist/main.js", env);

/** Uploads the table under a request id. @returns the job's id */
async function submit(requestId: string): Promise<string> {
  const headers = { ...bearer, "x-request-id": requestId };
  const response = await postCsv(`${url}/v1/jobs?id=who`, table, headers);
  expect(response.status).toBe(202);
  expect(response.headers.get("x-request-id")).toBe(requestId);
  return ((await response.json()) as { id: string }).id;
}

async function ended(id: string): Promise<Line> {
  for (;;) {
    const job = (await (await fetch(`${url}/v1/jobs/${id}`, { headers: bearer })).json()) as Line;
    if (job.finishedAt !== undefined) return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

beforeAll(async () => {
  redis = await RedisServer.start();
  folder = mkdtempSync(join(tmpdir(), "shap-no-models-"));
  web = start("packages/web/dist/main.js");
  url = (await web.says(/"url":"([^"]+)"/))[1]!;
});
afterAll(async () => {
  await Promise.all(running.map((program) => program.stop("SIGKILL")));
  rmSync(folder, { recursive: true });
  await redis.remove();
});

describe("the id of an upload's request", () => {
  it("stands in web's log, on the queue, and in the worker's log", async () => {
    const id = await submit("upload-that-goes-well");
    await web.says(/"requestId":"upload-that-goes-well".*"made":"\/v1\/jobs\/j/);
    const board = `${url}/admin/queues/api/queues?activeQueue=shap-chunks-v1&status=waiting`;
    const { queues } = (await (await fetch(board, { headers: bearer })).json()) as {
      queues: { jobs: { data: Line }[] }[];
    };
    expect(queues[0]!.jobs.map((job) => job.data)).toEqual([
      { schema: 1, jobId: id, index: 0, requestId: "upload-that-goes-well" },
    ]);
    const worker = startWorker();
    expect(await ended(id)).toMatchObject({ state: "completed" });
    await worker.says(/a chunk is explained/);
    expect(lines(worker).find((line) => line.msg === "a chunk is explained")).toMatchObject({
      jobId: id,
      chunk: 0,
      requestId: "upload-that-goes-well",
    });
    await worker.stop();
  });

  it("stands in the worker's log where a chunk fails", async () => {
    const id = await submit("upload-that-goes-wrong");
    await redis.ask("HSET", `shap:job:${id}:in`, "0", "no rows any more");
    const worker = startWorker();
    expect(await ended(id)).toMatchObject({ state: "failed" });
    await worker.says(/a chunk failed/);
    expect(lines(worker).find((line) => line.msg === "a chunk failed")).toMatchObject({
      level: "error",
      jobId: id,
      requestId: "upload-that-goes-wrong",
    });
    await worker.stop();
  });
});

describe("a check of a model that does not come to its end", () => {
  it("is told with the id of its request and how it ended", async () => {
    const headers = { ...bearer, "x-request-id": "check-that-is-killed" };
    const upload = fetch(`${url}/v1/models/risk`, {
      method: "PUT",
      headers,
      body: exampleText("model.json"),
    });
    const children = `/proc/${web.pid}/task/${web.pid}/children`;
    process.kill(await until(() => Number(readFileSync(children, "utf8"))), "SIGKILL");
    const response = await upload;
    expect([response.status, ((await response.json()) as Line).code]).toEqual([503, "check-failed"]);
    await web.says(/a model could not be checked/);
    expect(lines(web).find((line) => line.msg === "a model could not be checked")).toMatchObject({
      level: "warn",
      requestId: "check-that-is-killed",
      signal: "SIGKILL",
      stderr: "",
    });
  });
});

describe("the line of a request", () => {
  it("tells the whole path, without the query, whatever was answered", async () => {
    for (const [requestId, path, status] of [
      ["a-job", "/v1/jobs/j0", 404],
      ["a-query", "/v1/jobs/j0?x=1", 400],
      ["a-model", "/v1/models/mortgage", 200],
    ] as const) {
      const response = await fetch(url + path, { headers: { ...bearer, "x-request-id": requestId } });
      expect(response.status).toBe(status);
      await web.says(new RegExp(`"requestId":"${requestId}".*"request"`));
      const line = lines(web).find((line) => line.requestId === requestId && line.msg === "request");
      expect(line).toMatchObject({ path: path.replace("?x=1", ""), status });
    }
  });
});

describe("the logs, at their most talkative", () => {
  it("hold no key, no password and no cell, whatever went wrong", async () => {
    const bad = [
      await postCsv(`${url}/v1/jobs`, `${header}\n${WORD}${first}\n`, bearer),
      await postCsv(`${url}/v1/jobs`, `[{"${WORD}":1}]`, { ...bearer, "content-type": "application/json" }),
      await postCsv(`${url}/v1/jobs`, `{"x":"${WORD}`, { ...bearer, "content-type": "application/x-ndjson" }),
      await postCsv(`${url}/v1/models/mortgage/explain`, `{"rows":[["${WORD}"]]}`, {
        ...bearer,
        "content-type": "application/json",
      }),
      await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${KEY}-wrong` } }),
      await fetch(`${url}/v1/models?${WORD}=1`, { headers: bearer }),
    ];
    for (const response of bad) {
      expect([400, 401, 422]).toContain(response.status);
      await response.text();
    }
    writeFileSync(join(folder, "m.json"), exampleText("model.json"));
    writeFileSync(join(folder, "m.background.csv"), `${header}\n${WORD}${first}\n`);
    const broken = start("packages/web/dist/main.js", { SHAP_MODEL_DIR: folder });
    const [, address] = await broken.says(/"url":"([^"]+)"/);
    expect(broken.stdout).toContain("a model file cannot be served");
    const listed = await fetch(`${address}/v1/models`, { headers: bearer });
    expect(await listed.text()).not.toContain(WORD);
    await broken.stop();
    await redis.stop();
    expect((await postCsv(`${url}/v1/jobs?id=who`, table, bearer)).status).toBe(503);
    await web.says(/"status":503/);
    await web.stop();
    for (const program of running) {
      for (const secret of [KEY, PASSWORD, CELL, WORD]) {
        expect(program.stdout).not.toContain(secret);
        expect(program.stderr).not.toContain(secret);
      }
      expect(lines(program).length).toBeGreaterThan(2);
    }
  });
});
