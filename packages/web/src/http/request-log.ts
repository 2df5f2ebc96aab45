import { randomUUID } from "node:crypto";
import type { Logger } from "@shap-service/jobs";
import type { RequestHandler } from "express";

/** A client's own id is kept where it is short and plain. */
const acceptable = /^[\w.:-]{1,100}$/;

/**
 * Gives every request an id, in `X-Request-Id` and in the log line that ends it: a warning where the service is at fault,
 * `info` where the request made a job, else `debug`. Bodies, queries and headers are never logged.
 */
export function requestLog(log: Logger): RequestHandler {
  return (req, res, next) => {
    const given = req.get("x-request-id");
    const requestId = given !== undefined && acceptable.test(given) ? given : randomUUID();
    res.setHeader("X-Request-Id", requestId);
    res.locals.requestId = requestId;
    const start = performance.now();
    res.once("close", () => {
      const ms = Math.round((performance.now() - start) * 10) / 10;
      // Not req.path, which is what is left of it below a router.
      const [path] = req.originalUrl.split("?", 1);
      const fields = { requestId, method: req.method, path, status: res.statusCode, ms };
      if (res.statusCode >= 500) log.warn(fields, "request");
      else if (res.statusCode === 202) log.info({ ...fields, made: res.getHeader("location") }, "request");
      else log.debug(fields, "request");
    });
    next();
  };
}
