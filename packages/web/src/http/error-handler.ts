import { types } from "node:util";
import type { Logger } from "@shap-service/jobs";
import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import { ProblemError } from "./problem.js";
import { pathOf } from "./route-pattern.js";
import { toProblem } from "./to-problem.js";

/** Writes every error as a problem document; logs those that are this service's own fault, with their stack. */
export function errorHandler(log: Logger): ErrorRequestHandler {
  return (error, req, res, _next) => {
    const problem = toProblem(error);
    const requestId = String(res.getHeader("x-request-id") ?? "");
    if (isDeparture(error, res)) {
      log.debug({ requestId, path: req.path }, "the client went away");
      return void res.destroy();
    }
    // A result that is half sent cannot become an error: cut it off, so that the client sees that it is not whole.
    if (res.headersSent) {
      log.warn({ err: error, requestId, path: req.path }, "an answer was cut off");
      return void res.destroy();
    }
    if (problem.status === 500) log.error({ err: error, requestId, path: req.path }, "a request failed");
    if (res.destroyed) return;
    if (problem.extra.retryAfterSeconds !== undefined) {
      res.setHeader("Retry-After", String(problem.extra.retryAfterSeconds));
    }
    for (const [name, value] of Object.entries(problem.extra.headers ?? {})) res.setHeader(name, value);
    res.status(problem.status).type("application/problem+json");
    res.send(JSON.stringify(problem.toDocument(req.originalUrl, requestId)));
  };
}

/** What reading from a client and writing to it meet with when it goes away: nobody is left to tell, and nothing is wrong here. */
const departures = ["ECONNRESET", "ECONNABORTED", "EPIPE", "ERR_STREAM_DESTROYED"];

/** A response is destroyed by a fault of this service's, too: only the error tells. */
function isDeparture(error: unknown, res: Response): boolean {
  const code = types.isNativeError(error) && "code" in error ? String(error.code) : "";
  return code === "ERR_STREAM_PREMATURE_CLOSE" || (res.destroyed && departures.includes(code));
}

export const notFound: RequestHandler = (req, _res, next) => {
  next(new ProblemError("not-found", `${req.method} ${pathOf(req)} is not served; see /docs`));
};
