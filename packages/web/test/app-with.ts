import { once } from "node:events";
import { createServer } from "node:http";
import {
  createLogger,
  MemoryWatch,
  type ModelCatalogue,
  openBackend,
  openCatalogue,
  readSettings,
} from "@shap-service/jobs";
import type { Express } from "express";
import { createApp } from "../src/app.js";

/** The application with parts of our own choice. */
export async function appWith(parts: {
  rss?: number;
  env?: Record<string, string>;
  models?: ModelCatalogue;
}): Promise<{ app: Express; url: string; close: () => Promise<void> }> {
  const settings = readSettings({ LOG_LEVEL: "silent", ...parts.env });
  const log = createLogger("web", settings);
  const backend = openBackend(settings, log);
  const rss = parts.rss ?? 1;
  const memory = new MemoryWatch(
    settings.memory,
    () => {},
    () => rss,
    5,
  );
  const models = parts.models ?? openCatalogue(settings);
  const app = createApp({ settings, log, backend, models, memory });
  const server = createServer(app);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const close = async () => {
    server.closeAllConnections();
    server.close();
    memory.stop();
    await backend.close(0);
  };
  return { app, url: `http://127.0.0.1:${port}`, close };
}
