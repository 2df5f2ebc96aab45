import type { Backend, Logger, MemoryWatch, ModelCatalogue, Settings, Work } from "@shap-service/jobs";
import express, { type Express } from "express";
import helmet from "helmet";
import { authenticate, authenticateBrowser, requireRole } from "./http/authenticate.js";
import { errorHandler, notFound } from "./http/error-handler.js";
import { methodNotAllowed } from "./http/method-not-allowed.js";
import { Metrics } from "./http/metrics.js";
import { noQuery } from "./http/no-query.js";
import { problems } from "./http/problem.js";
import { rateLimits } from "./http/rate-limit.js";
import { requireHost } from "./http/refuse-broken-requests.js";
import { refuseForeignPages } from "./http/refuse-foreign-pages.js";
import { requestLog } from "./http/request-log.js";
import { mountedAt } from "./http/route-pattern.js";
import { shedLoad } from "./http/shed-load.js";
import { UnderWay } from "./http/under-way.js";
import { docsPage } from "./openapi/docs-page.js";
import { openApiDocument } from "./openapi/document.js";
import { adminRoutes } from "./routes/admin.js";
import { explainRoutes } from "./routes/explain.js";
import { healthRoutes } from "./routes/health.js";
import { jobRoutes } from "./routes/jobs.js";
import { modelUploadRoutes } from "./routes/model-uploads.js";
import { modelRoutes } from "./routes/models.js";
import { plotRoutes } from "./routes/plots.js";
import { workerRoutes } from "./routes/workers.js";

export interface AppServices {
  readonly settings: Settings;
  readonly log: Logger;
  readonly backend: Backend;
  readonly models: ModelCatalogue;
  readonly memory: MemoryWatch;
  /** Where this process explains chunks itself. */
  readonly work?: Work;
  /** Uploads that are taken in, so that a shutdown can wait for what they leave. */
  readonly uploads?: UnderWay;
}

/** The HTTP application, without a port. */
export function createApp(services: AppServices): Express {
  const { settings, log, backend, models, memory, work, uploads = new UnderWay() } = services;
  const metrics = new Metrics({ backend, models, limitBytes: settings.memory.limitBytes, work });
  const app = express();
  app.disable("x-powered-by");
  // No hash of every answer: what is worth keeping, a job's result, has an ETag of its own.
  app.disable("etag");
  // One query syntax: no nested objects out of brackets.
  app.set("query parser", "simple");
  app.use(requestLog(log));
  app.use(metrics.measure());
  // Not upgrade-insecure-requests, which turns links into https where the service is reached without TLS.
  app.use(helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }));
  app.use(requireHost);
  app.use(refuseForeignPages);
  app.use(healthRoutes(settings, backend, models));
  const document = openApiDocument();
  const page = docsPage(document, problems);
  app.get("/openapi.json", (_req, res) => void res.json(document));
  app.get(["/docs", "/docs/problems/:code"], (_req, res) => void res.type("html").send(page));
  const limits = rateLimits(settings, backend.requests);
  for (const mount of ["/admin", "/v1/workers", "/v1/models", "/v1/jobs"]) app.use(mount, mountedAt(mount));
  app.use("/admin", authenticateBrowser(settings), limits, requireRole("admin"), adminRoutes(backend));
  app.use(authenticate(settings), limits);
  app.get("/metrics", noQuery, async (_req, res) => {
    res.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  app.use("/v1/workers", workerRoutes(backend));
  app.use(shedLoad(memory));
  // First what is asked most: every router before it would be tried in vain.
  app.use("/v1/models", explainRoutes(settings, models, metrics));
  app.use("/v1/models", modelRoutes(models));
  app.use("/v1/models", modelUploadRoutes(settings, backend, models, log));
  app.use("/v1/models", plotRoutes(settings, models, memory));
  app.use("/v1/jobs", jobRoutes(settings, backend, models, uploads));
  app.use(methodNotAllowed(document));
  app.use(notFound);
  app.use(errorHandler(log));
  return app;
}
