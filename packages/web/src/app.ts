import type { Backend, Logger, MemoryWatch, ModelCatalogue, Settings } from "@shap-service/jobs";
import express, { type Express } from "express";
import helmet from "helmet";
import { authenticate } from "./http/authenticate.js";
import { errorHandler, notFound } from "./http/error-handler.js";
import { requestLog } from "./http/request-log.js";
import { shedLoad } from "./http/shed-load.js";
import { explainRoutes } from "./routes/explain.js";
import { healthRoutes } from "./routes/health.js";
import { jobRoutes } from "./routes/jobs.js";
import { modelRoutes } from "./routes/models.js";
import { workerRoutes } from "./routes/workers.js";

export interface AppServices {
  readonly settings: Settings;
  readonly log: Logger;
  readonly backend: Backend;
  readonly models: ModelCatalogue;
  readonly memory: MemoryWatch;
}

/** The HTTP application, without a port. */
export function createApp({ settings, log, backend, models, memory }: AppServices): Express {
  const app = express();
  app.disable("x-powered-by");
  // One query syntax: no nested objects out of brackets.
  app.set("query parser", "simple");
  app.use(requestLog(log));
  app.use(helmet());
  app.use(healthRoutes(settings, backend, models));
  app.use(authenticate(settings));
  app.use("/v1/models", modelRoutes(models));
  app.use("/v1/workers", workerRoutes(backend));
  app.use(shedLoad(memory));
  app.use("/v1/models", explainRoutes(settings, models));
  app.use("/v1/jobs", jobRoutes(settings, backend, models));
  app.use(notFound);
  app.use(errorHandler(log));
  return app;
}
