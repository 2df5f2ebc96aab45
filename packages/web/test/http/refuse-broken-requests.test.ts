import { once } from "node:events";
import { connect } from "node:net";
import type { WebServer } from "../../src/server.js";
import { startService } from "../service.js";

let service: WebServer;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

/** All that the server answers until it ends the connection. */
async function answerTo(text: string): Promise<string> {
  const socket = connect(Number(new URL(service.url).port), "127.0.0.1");
  let answer = "";
  socket.on("data", (data) => {
    answer += data;
  });
  socket.write(text);
  await once(socket, "close");
  return answer;
}

/** Status, headers and problem of an answer. */
function read(answer: string) {
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  return {
    status: Number(head.split(" ")[1]),
    head: head.toLowerCase(),
    problem: JSON.parse(body) as Record<string, unknown>,
  };
}

const host = "Host: localhost\r\n";

describe("a request that Node refuses", () => {
  it.each([
    ["a line that is no HTTP", "nonsense\r\n\r\n", 400, "bad-http"],
    ["a header line that is none", `GET /live HTTP/1.1\r\n${host}no colon\r\n\r\n`, 400, "bad-http"],
    [
      "two lengths",
      `POST /live HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      400,
      "bad-http",
    ],
    [
      "headers of 40 KB",
      `GET /live HTTP/1.1\r\n${host}X: ${"x".repeat(40_000)}\r\n\r\n`,
      431,
      "headers-too-large",
    ],
    ["another expectation", `GET /live HTTP/1.1\r\n${host}Expect: foo\r\n\r\n`, 417, "bad-expectation"],
    ["no Host", "GET /live HTTP/1.1\r\n\r\n", 400, "bad-http"],
  ])("for %s is answered with a problem, and the connection ends", async (_what, text, status, code) => {
    const { head, problem, ...answer } = read(await answerTo(text));
    expect(answer.status).toBe(status);
    expect(head).toContain("content-type: application/problem+json");
    expect(head).toContain("connection: close");
    expect(problem).toMatchObject({ status, code });
    expect(head).toContain(`x-request-id: ${problem.requestId}`);
  });

  it("is answered behind an earlier one on the same connection", async () => {
    const answer = await answerTo(
      `GET /live HTTP/1.1\r\n${host}\r\n` + `GET /live HTTP/1.1\r\n${host}no colon\r\n\r\n`,
    );
    expect(answer).toContain('{"status":"alive"}');
  });

  it("is none where HTTP/1.0 names no host", async () => {
    expect(await answerTo("GET /live HTTP/1.0\r\n\r\n")).toContain('{"status":"alive"}');
  });
});
