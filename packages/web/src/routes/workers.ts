import type { Backend } from "@shap-service/jobs";
import { Router } from "express";
import { requireRole } from "../http/authenticate.js";
import { noQuery } from "../http/no-query.js";

/** The live workers, and what clears the registrations of dead ones. */
export function workerRoutes({ workers }: Backend): Router {
  const router = Router();
  router.get("/", noQuery, async (_req, res) => {
    res.setHeader("Cache-Control", "no-store");
    res.json({ workers: await workers.list() });
  });
  router.post("/sweep", requireRole("admin"), noQuery, async (_req, res) => {
    const cleared = await workers.sweep();
    res.json({ cleared });
  });
  return router;
}
