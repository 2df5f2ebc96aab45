import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import type { Job, Logger, ResultChunk } from "@shap-service/jobs";
import express from "express";
import { until } from "../../../jobs/test/until.js";
import { errorHandler } from "../../src/http/error-handler.js";
import { ProblemError } from "../../src/http/problem.js";
import { sendResult } from "../../src/result/send-result.js";
import { type ResultType, resultTypes, resultWriters } from "../../src/result/write-result.js";

const job = {
  id: "j0",
  idColumns: [],
  featureNames: ["a"],
  outputNames: ["margin"],
  model: { name: "m" },
} as unknown as Job;
const chunk: ResultChunk = {
  rows: 2,
  ids: [],
  baseValues: [1],
  predictions: [Float64Array.of(2, 3)],
  values: [Float64Array.of(1, 2)],
};
const headers = { ETag: '"e"', "Cache-Control": "immutable", "Content-Type": "text/csv" };

let server: Server;
let url: string;
let logged: [level: string, message: string, error?: string][] = [];
const log = Object.fromEntries(
  ["debug", "info", "warn", "error"].map((level) => [
    level,
    (fields: { err?: Error }, message: string) => logged.push([level, message, fields.err?.message]),
  ]),
) as unknown as Logger;

/** Chunks, or an error where a chunk cannot be read. */
const opened = (...chunks: (ResultChunk | Error)[]) =>
  async function* (): AsyncGenerator<ResultChunk> {
    for (const one of chunks) {
      if (one instanceof Error) throw one;
      yield one;
    }
  };
let open = opened();

beforeAll(async () => {
  const app = express();
  app.disable("etag");
  app.get("/", async (req, res) => {
    await sendResult(req, res, resultWriters[req.query.type as ResultType](job, open), headers);
  });
  app.use(errorHandler(log));
  server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
beforeEach(() => {
  logged = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe.each(resultTypes)("a result as %s", (type) => {
  it("comes with its headers; HEAD gives them alone", async () => {
    open = opened(chunk, chunk);
    for (const method of ["GET", "HEAD"]) {
      const response = await fetch(`${url}?type=${type}`, { method });
      expect([response.status, response.headers.get("etag")]).toEqual([200, '"e"']);
      expect((await response.arrayBuffer()).byteLength > 0).toBe(method === "GET");
    }
  });

  it.each([
    [new Error("chunk 0 is gone"), 500, [["error", "a request failed", "chunk 0 is gone"]]],
    [new ProblemError("queue-away", "Redis is away"), 503, []],
  ] as const)(
    "is a problem, and nothing to keep, where its first chunk fails with %s",
    async (error, status, lines) => {
      open = opened(error);
      const response = await fetch(`${url}?type=${type}`);
      expect(response.status).toBe(status);
      expect(response.headers.get("content-type")).toContain("application/problem+json");
      expect([response.headers.get("etag"), response.headers.get("cache-control")]).toEqual([null, null]);
      expect(logged).toEqual(lines);
    },
  );
});

it("a result that fails later is cut off, with a warning that says why", async () => {
  open = opened(chunk, new Error("chunk 1 is gone"));
  const response = await fetch(`${url}?type=text/csv`);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
  expect(logged).toEqual([["warn", "an answer was cut off", "chunk 1 is gone"]]);
});

it("a client that goes away is no warning", async () => {
  let ended = false;
  open = async function* () {
    while (!ended) yield chunk;
  };
  const client = connect(Number(new URL(url).port), "127.0.0.1");
  client.write("GET /?type=text/csv HTTP/1.1\r\nHost: x\r\n\r\n");
  await once(client, "data");
  client.resetAndDestroy();
  await until(async () => logged.length > 0 || undefined);
  ended = true;
  expect(logged).toEqual([["debug", "the client went away", undefined]]);
});
