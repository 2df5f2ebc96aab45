import { timingSafeEqual } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type ErrorRequestHandler, type RequestHandler } from "express";
import { ApiError } from "../errors.js";
import type { ApiContext } from "./context.js";
import { dashboardPage } from "./dashboard-page.js";
import { rateLimits } from "./rate-limits.js";
import { blueprintRoutes } from "./routes/blueprints.js";
import { deployRoutes } from "./routes/deploys.js";
import { envVarRoutes } from "./routes/env-vars.js";
import { eventRoutes } from "./routes/events.js";
import { jobRoutes } from "./routes/jobs.js";
import { keyValueRoutes } from "./routes/key-value.js";
import { logRoutes } from "./routes/logs.js";
import { metricRoutes } from "./routes/metrics.js";
import { ownerRoutes } from "./routes/owners.js";
import { serviceRoutes } from "./routes/services.js";

export interface ApiServerOptions extends Omit<ApiContext, "origin"> {
  apiKey: string;
  /** 0 takes any free port. */
  port: number;
  limited: boolean;
}

/** Render's REST API v1, the part that a deploy needs, on loopback. */
export class ApiServer {
  readonly #server: Server;

  private constructor(options: ApiServerOptions) {
    const app = express();
    app.disable("x-powered-by");
    app.disable("etag");
    app.use("/v1", this.#api(options));
    app.get("/dashboard/:id", (request, response) => {
      const page = dashboardPage(options.workspace, request.params.id);
      response
        .status(page ? 200 : 404)
        .type("text/plain")
        .send(page ?? "There is no such resource.\n");
    });
    app.use((request, _response, next) => {
      next(new ApiError(404, `not found: ${request.path} (the API is below /v1)`));
    });
    app.use(answerError);
    this.#server = createServer(app);
  }

  static async open(options: ApiServerOptions): Promise<ApiServer> {
    const api = new ApiServer(options);
    await new Promise<void>((resolve, reject) => {
      api.#server.once("error", reject);
      api.#server.listen(options.port, "127.0.0.1", resolve);
    });
    return api;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `${this.origin}/v1`;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #api(options: ApiServerOptions): RequestHandler {
    const context: ApiContext = { ...options, origin: () => this.origin };
    const { faults, clock } = options.workspace.platform;
    const router = express.Router();
    router.use((request, response, next) => {
      const answer = faults.httpAnswer(request.method, request.path);
      if (answer === undefined) return next();
      if (answer === "hang") return;
      if (answer === "garbage") response.status(200).type("html").send("<html><body>upstream err");
      else response.status(answer).json({ message: `fault: ${answer} was asked for` });
    });
    router.use(authenticate(options.apiKey));
    if (options.limited) router.use(rateLimits(clock));
    router.use((request, _response, next) => {
      next(request.accepts("json") ? undefined : new ApiError(406, "the API answers application/json only"));
    });
    router.use(express.json({ limit: "10mb", strict: false }));
    for (const routes of [
      serviceRoutes,
      deployRoutes,
      envVarRoutes,
      eventRoutes,
      jobRoutes,
      logRoutes,
      metricRoutes,
      keyValueRoutes,
      blueprintRoutes,
      ownerRoutes,
    ]) {
      router.use(routes(context));
    }
    return router;
  }
}

function authenticate(apiKey: string): RequestHandler {
  const expected = Buffer.from(`Bearer ${apiKey}`);
  return (request, _response, next) => {
    const given = Buffer.from(request.get("authorization") ?? "");
    const isRight = given.length === expected.length && timingSafeEqual(given, expected);
    next(isRight ? undefined : new ApiError(401, "Unauthorized"));
  };
}

const answerError: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) return next(error);
  // Errors of Express itself (a body that is no JSON, or too large) carry their status.
  const status = error instanceof ApiError ? error.status : (error.status ?? error.statusCode ?? 500);
  const message = error instanceof Error ? error.message : String(error);
  response.status(status).json({ message });
};
