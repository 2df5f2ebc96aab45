import { Router } from "express";
import type { AppServices } from "../app.js";
import { mountedAt } from "../http/route-pattern.js";
import { shedLoad } from "../http/shed-load.js";
import type { UnderWay } from "../http/under-way.js";
import { jobRoutes } from "./jobs.js";
import { modelUploadRoutes } from "./model-uploads.js";
import { modelRoutes } from "./models.js";
import { plotRoutes } from "./plots.js";
import { workerRoutes } from "./workers.js";

/** What is below `/v1` beside explanations, for callers who are known already. */
export function v1Routes({ settings, log, backend, models, memory }: AppServices, uploads: UnderWay): Router {
  const router = Router();
  router.use(
    "/models",
    below("/v1/models").use(
      shedLoad(memory),
      modelRoutes(models),
      modelUploadRoutes(settings, backend, models, log),
      plotRoutes(settings, models, memory),
    ),
  );
  router.use("/jobs", below("/v1/jobs").use(shedLoad(memory), jobRoutes(settings, backend, models, uploads)));
  router.use("/workers", below("/v1/workers").use(workerRoutes(backend)));
  return router;
}

const below = (mount: string): Router => Router().use(mountedAt(mount));
