import type { Backend, Logger, MemoryWatch, ModelCatalogue, Settings, Work } from "@shap-service/jobs";
import express, { type Express, Router } from "express";
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
import { v1Routes } from "./routes/v1.js";

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
  app.use(
    requestLog(log),
    metrics.measure(),
    // Not upgrade-insecure-requests, which turns links into https where the service is reached without TLS.
    helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }),
    requireHost,
    refuseForeignPages,
  );
  const document = openApiDocument();
  const limits = rateLimits(settings, backend.requests);
  const known = [authenticate(settings), limits];
  const otherwise = [methodNotAllowed(document), notFound];
  // First what is asked most, by the shortest way.
  app.use(explainRoutes(settings, models, metrics, [...known, shedLoad(memory)]));
  app.use("/v1", Router().use(known, v1Routes(services, uploads), otherwise));
  app.use(healthRoutes(settings, backend, models));
  const page = docsPage(document, problems);
  app.get("/openapi.json", (_req, res) => void res.json(document));
  app.get(["/docs", "/docs/problems/:code"], (_req, res) => void res.type("html").send(page));
  app.use(
    "/admin",
    mountedAt("/admin"),
    authenticateBrowser(settings),
    limits,
    requireRole("admin"),
    adminRoutes(backend),
  );
  app.use(known);
  app.get("/metrics", noQuery, async (_req, res) => {
    res.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  app.use(otherwise);
  app.use(errorHandler(log));
  return app;
}
