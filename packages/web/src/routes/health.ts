import { type Backend, type ModelCatalogue, type Settings, StoreUnavailableError } from "@shap-service/jobs";
import { Router } from "express";
import { version } from "../version.js";

/** `/live` says that the process answers; `/health` that it can do its work. Both are open and tell no secret. */
export function healthRoutes(settings: Settings, backend: Backend, models: ModelCatalogue): Router {
  const router = Router();
  router.get("/live", (_req, res) => {
    res.json({ status: "alive" });
  });
  router.get("/health", async (_req, res) => {
    const queue = await queueHealth(backend);
    // A full store still serves results and deletes: without web, nobody could make room.
    res.status(queue.status === "away" ? 503 : 200).json({
      status: queue.status === "ready" ? "ok" : "degraded",
      version,
      commit: settings.commit ?? null,
      uptimeSeconds: Math.round(process.uptime()),
      memory: { rssBytes: process.memoryUsage.rss(), limitBytes: settings.memory.limitBytes },
      queue,
      workers: { live: queue.status !== "away" ? (await backend.workers.list()).length : null },
      models: models.list().map(({ name, version, fallback }) => ({ name, version, fallback })),
    });
  });
  return router;
}

async function queueHealth({ queue, chunks, connections: { reconnects } }: Backend) {
  try {
    const latencyMs = Math.round((await queue.ping()) * 100) / 100;
    const status = (await chunks.isFull()) ? "full" : "ready";
    return { kind: queue.kind, status, latencyMs, reconnects, counts: await queue.counts() };
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    return { kind: queue.kind, status: "away", latencyMs: null, reconnects, counts: null };
  }
}
