import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Clock } from "../../src/clock.js";
import { RenderHttp } from "../../src/render/http.js";
import type { RenderError } from "../../src/render/render-error.js";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let apiUrl: string;
let answers: Answer[];
let calls: { method: string; url: string; authorization: string | undefined }[];

beforeEach(async () => {
  answers = [];
  calls = [];
  server = createServer((request, response) => {
    calls.push({
      method: request.method ?? "",
      url: request.url ?? "",
      authorization: request.headers.authorization,
    });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    answer?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const status =
  (code: number, body = "{}", headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(code, headers).end(body);
  };
const hangUp: Answer = (request) => request.socket.destroy();
const neverAnswer: Answer = () => {};

/** A clock that remembers what it was asked to wait, and waits a thousandth of it. */
class RecordingClock extends Clock {
  readonly waits: number[] = [];
  override async wait(milliseconds: number): Promise<void> {
    this.waits.push(milliseconds);
    await super.wait(milliseconds);
  }
}

function client(options: { timeout?: number; signal?: AbortSignal } = {}) {
  const clock = new RecordingClock(0.001, options.signal);
  return { clock, http: new RenderHttp({ apiKey: "rnd_secret_key", apiUrl, clock, ...options }) };
}

const failure = (promise: Promise<unknown>): Promise<RenderError> =>
  promise.then(
    () => {
      throw new Error("it was to fail");
    },
    (error) => error,
  );

it("sends the key and gives the answer", async () => {
  answers = [status(200, '{"id":"srv-1"}')];
  const { body } = await client().http.send({
    method: "GET",
    path: "/services/srv-1",
    query: { a: ["x", "y"], b: 2 },
  });
  expect(body).toEqual({ id: "srv-1" });
  expect(calls).toEqual([
    { method: "GET", url: "/v1/services/srv-1?a=x&a=y&b=2", authorization: "Bearer rnd_secret_key" },
  ]);
});

it.each([
  ["500", status(500)],
  ["503", status(503)],
  ["a lost connection", hangUp],
  ["garbage", status(200, "<html>sorry")],
])("a GET is made again after %s", async (_what, answer) => {
  answers = [answer, answer, status(200, "[]")];
  const { clock, http } = client();
  expect((await http.send({ method: "GET", path: "/x" })).body).toEqual([]);
  expect(calls).toHaveLength(3);
  // Backing off, with jitter: the second wait is about twice the first.
  expect(clock.waits[0]).toBeGreaterThanOrEqual(250);
  expect(clock.waits[1]).toBeGreaterThanOrEqual(500);
});

it.each([
  ["500", status(500)],
  ["a lost connection", hangUp],
  ["garbage", status(201, "<html>sorry")],
])("a POST is not made again after %s, and says that its outcome is unknown", async (_what, answer) => {
  answers = [answer];
  const error = await failure(client().http.send({ method: "POST", path: "/x", body: {} }));
  expect(error).toMatchObject({ name: "RenderError", isUncertain: true });
  expect(calls).toHaveLength(1);
});

it("a POST that was refused by the rate limit is made again, when the limit says", async () => {
  answers = [status(429, "{}", { "ratelimit-reset": "45" }), status(201, '{"id":"dep-1"}')];
  const { clock, http } = client();
  expect((await http.send({ method: "POST", path: "/x" })).status).toBe(201);
  expect(clock.waits[0]).toBeGreaterThanOrEqual(45_000);
  expect(clock.waits[0]).toBeLessThan(46_000);
});

it("reads a reset given as epoch seconds, too", async () => {
  const reset = Math.ceil(Date.now() / 1000) + 30;
  answers = [status(429, "{}", { "ratelimit-reset": String(reset) }), status(200)];
  const { clock, http } = client();
  await http.send({ method: "GET", path: "/x" });
  expect(clock.waits[0]).toBeGreaterThan(25_000);
  expect(clock.waits[0]).toBeLessThan(32_000);
});

it("waits by itself when the limit is used up, before it is refused", async () => {
  answers = [status(200, "{}", { "ratelimit-remaining": "0", "ratelimit-reset": "7" }), status(200)];
  const { clock, http } = client();
  await http.send({ method: "GET", path: "/x" });
  await http.send({ method: "GET", path: "/x" });
  expect(clock.waits).toHaveLength(1);
  expect(calls).toHaveLength(2);
});

it("gives up in the end, with what Render said", async () => {
  answers = [status(503, '{"message":"maintenance"}')];
  const error = await failure(client().http.send({ method: "GET", path: "/x" }));
  expect(error.message).toContain("maintenance");
  expect(calls).toHaveLength(6);
});

it.each([
  [401, "render_unauthorized", 8],
  [402, "render_payment", 8],
  [403, "render_forbidden", 8],
  [404, "render_not_found", 1],
  [409, "render_refused", 8],
  [429, "render_rate_limit", 8],
  [500, "render_unavailable", 1],
])("%i ends with the code %s and exit code %i", async (code, name, exit) => {
  answers = [status(code, '{"message":"no\\u001b[2J"}')];
  const error = await failure(client().http.send({ method: "GET", path: "/x" }));
  expect(error).toMatchObject({ code: name, exitCode: exit, status: code });
  expect(error.message).toContain("no\\x1b[2J");
});

it("an answer that never comes is a lost connection", async () => {
  answers = [neverAnswer, status(200, "[]")];
  const { http } = client({ timeout: 50 });
  expect((await http.send({ method: "GET", path: "/x" })).body).toEqual([]);
});

it("an empty answer is no error: 202 Queued has none", async () => {
  answers = [status(202, "")];
  expect(await client().http.send({ method: "POST", path: "/x" })).toEqual({ status: 202, body: undefined });
});

it("does not follow a redirect with the key", async () => {
  answers = [(_request, response) => void response.writeHead(302, { location: "http://127.0.0.1:1/" }).end()];
  const error = await failure(client().http.send({ method: "POST", path: "/x" }));
  expect(error.code).toBe("render_unreachable");
  expect(calls).toHaveLength(1);
});

it("stops at once when the command is stopped, also while it waits", async () => {
  answers = [status(500)];
  const stop = new AbortController();
  const http = new RenderHttp({
    apiKey: "rnd_secret_key",
    apiUrl,
    clock: new Clock(1000, stop.signal),
    signal: stop.signal,
    onRetry: () => stop.abort(new Error("stopped by SIGINT")),
  });
  await expect(http.send({ method: "GET", path: "/x" })).rejects.toThrow("stopped by SIGINT");
  expect(calls).toHaveLength(1);
});

it("never says the key", async () => {
  answers = [status(500, "Authorization: failed")];
  const error = await failure(client().http.send({ method: "GET", path: "/x" }));
  expect(JSON.stringify([error, error.stack, error.message])).not.toContain("rnd_secret_key");
});
