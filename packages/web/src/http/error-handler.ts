import type { Logger } from "@shap-service/jobs";
import type { ErrorRequestHandler, RequestHandler } from "express";
import { ProblemError } from "./problem.js";
import { toProblem } from "./to-problem.js";

/** Writes every error as a problem document; logs those that are this service's own fault, with their stack. */
export function errorHandler(log: Logger): ErrorRequestHandler {
  return (error, req, res, _next) => {
    const problem = toProblem(error);
    const requestId = String(res.getHeader("x-request-id") ?? "");
    // The client went away: nobody is left to tell, and nothing is wrong here.
    if (res.destroyed || (error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE") {
      log.debug({ requestId, path: req.path }, "the client went away");
      return void res.destroy();
    }
    if (problem.status === 500) log.error({ err: error, requestId, path: req.path }, "a request failed");
    // A result that is half sent cannot become an error: cut it off, so that the client sees that it is not whole.
    if (res.headersSent) return void res.destroy();
    if (problem.extra.retryAfterSeconds !== undefined) {
      res.setHeader("Retry-After", String(problem.extra.retryAfterSeconds));
    }
    for (const [name, value] of Object.entries(problem.extra.headers ?? {})) res.setHeader(name, value);
    res.status(problem.status).type("application/problem+json");
    res.send(JSON.stringify(problem.toDocument(req.originalUrl, requestId)));
  };
}

export const notFound: RequestHandler = (req, _res, next) => {
  next(new ProblemError("not-found", `${req.method} ${req.path} is not served; see /docs`));
};
