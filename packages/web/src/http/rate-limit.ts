import type { RequestCounts, Settings } from "@shap-service/jobs";
import type { RequestHandler } from "express";
import { ipKeyGenerator, rateLimit } from "express-rate-limit";
import type { Caller } from "./authenticate.js";
import { ProblemError } from "./problem.js";
import { SharedRateStore } from "./shared-rate-store.js";

/**
 * A limit for every key, in the headers of draft-ietf-httpapi-ratelimit-headers. Without keys the service listens on
 * loopback only and everybody is one caller.
 * @param shared where all web processes count together; absent: this process counts alone
 */
export function rateLimits(
  { requestsPerMinute }: Pick<Settings, "requestsPerMinute">,
  shared?: RequestCounts,
): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: requestsPerMinute,
    ...(shared === undefined ? {} : { store: new SharedRateStore(shared) }),
    standardHeaders: "draft-8",
    legacyHeaders: false,
    keyGenerator: (req, res) =>
      (res.locals.caller as Caller | undefined)?.name ?? ipKeyGenerator(req.ip ?? "unknown"),
    handler: (_req, res, next) => {
      const seconds = Number(res.getHeader("Retry-After") ?? 60);
      next(
        new ProblemError(
          "too-many-requests",
          `At most ${requestsPerMinute} requests a minute are served to one key`,
          {
            retryAfterSeconds: seconds,
          },
        ),
      );
    },
  });
}
