import { randomUUID } from "node:crypto";
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Logger } from "@shap-service/jobs";
import type { RequestHandler } from "express";
import { ProblemError } from "./problem.js";

/** How long a client that still sends may take to read why it is refused. */
const LINGER_MS = 1000;

/** Answers what Node refuses before there is a request for the application: a problem document, then the end. */
export function refuseBrokenRequests(server: Server, log: Logger): void {
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || isAnswering(socket)) return void socket.destroy();
    const { head, body, requestId } = answerOf(problemOf(error), "");
    log.debug({ requestId, code: error.code }, "a request could not be read");
    socket.end(`${head}\r\n\r\n${body}`);
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  });
  server.on("checkExpectation", (req: IncomingMessage, res: ServerResponse) => {
    const problem = new ProblemError(
      "bad-expectation",
      "Of Expect only 100-continue is served; send the request without it",
    );
    const { body, headers } = answerOf(problem, req.url ?? "");
    res.writeHead(problem.status, headers).end(body);
  });
}

/** HTTP/1.1 asks for it. Node would refuse it with an empty answer, so it is told not to look. */
export const requireHost: RequestHandler = (req, res, next) => {
  if (req.headers.host !== undefined || req.httpVersion === "1.0") return next();
  res.setHeader("Connection", "close");
  throw new ProblemError("bad-http", "The request has no Host header");
};

function problemOf({ code }: NodeJS.ErrnoException): ProblemError {
  if (code === "HPE_HEADER_OVERFLOW") {
    return new ProblemError("headers-too-large", "Request line and headers may have 16 KB together");
  }
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new ProblemError("upload-too-slow", "The request did not arrive in time");
  }
  return new ProblemError("bad-http", `The request is no HTTP/1.1 as it should be (${code})`);
}

function answerOf(problem: ProblemError, instance: string) {
  const requestId = randomUUID();
  const body = JSON.stringify(problem.toDocument(instance, requestId));
  const headers = {
    "Content-Type": "application/problem+json",
    "Content-Length": String(Buffer.byteLength(body)),
    "X-Request-Id": requestId,
    Connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`, ...lines].join("\r\n");
  return { head, headers, body, requestId };
}

/** Whether an earlier request's answer is half sent: what is written then would be taken for a part of it. */
function isAnswering(socket: Socket): boolean {
  const { _httpMessage: answer } = socket as Socket & { _httpMessage?: ServerResponse | null };
  return answer?.headersSent === true;
}
