import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RedisServer } from "../../jobs/test/redis-server.js";
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
