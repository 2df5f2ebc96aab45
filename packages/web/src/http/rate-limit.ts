import type { RequestHandler } from "express";
import { ipKeyGenerator, rateLimit } from "express-rate-limit";
import type { Caller } from "./authenticate.js";
import { ProblemError } from "./problem.js";

/** Requests a caller may make a minute. High enough for a busy client, low enough that a runaway one is stopped. */
const PER_MINUTE = 120_000;

/**
 * A limit for every key, in the headers of draft-ietf-httpapi-ratelimit-headers. Without keys the service listens on
 * loopback only and everybody is one caller.
 */
export function rateLimits(perMinute = PER_MINUTE): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: "draft-8",
    legacyHeaders: false,
    keyGenerator: (req, res) =>
      (res.locals.caller as Caller | undefined)?.name ?? ipKeyGenerator(req.ip ?? "unknown"),
    handler: (_req, res, next) => {
      const seconds = Number(res.getHeader("Retry-After") ?? 60);
      next(
        new ProblemError(
          "too-many-requests",
          `At most ${perMinute} requests a minute are served to one key`,
          {
            retryAfterSeconds: seconds,
          },
        ),
      );
    },
  });
}
