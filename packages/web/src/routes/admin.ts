import type { Backend, BoardHandler } from "@shap-service/jobs";
import { Router } from "express";
import helmet from "helmet";
import { ProblemError } from "../http/problem.js";

/**
 * What the queue's page needs, and no more: nothing of it comes from another origin. Not `upgrade-insecure-requests`: an
 * admin may come through a tunnel, without TLS.
 */
const policy = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    baseUri: ["'self'"],
    imgSrc: ["'self'", "data:"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    objectSrc: ["'none'"],
    frameAncestors: ["'none'"],
  },
});

/** Pages for an admin's browser. They only show, so that a request forged by another site can change nothing. */
export function adminRoutes({ queue }: Backend): Router {
  const router = Router();
  /** Made when it is first asked for: a process whose page nobody opens does not carry it. */
  let board: Promise<BoardHandler> | undefined;
  router.use(policy);
  router.use("/queues", async (req, res, next) => {
    if (req.method !== "GET" && req.method !== "HEAD") {
      throw new ProblemError(
        "method-not-allowed",
        "This page only shows; jobs are deleted by DELETE /v1/jobs/{id}",
        { headers: { Allow: "GET, HEAD" } },
      );
    }
    if (queue.board === undefined) {
      throw new ProblemError(
        "no-board",
        "The queue is inside this process and has no page: REDIS_URL is not set",
      );
    }
    // Redis away is an answer of ours, not of the page.
    await queue.ping();
    board ??= queue.board("/admin/queues");
    (await board)(req, res, next);
  });
  return router;
}
