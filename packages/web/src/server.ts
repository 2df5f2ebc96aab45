import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import {
  type Logger,
  MemoryWatch,
  type ModelCatalogue,
  openBackend,
  openCatalogue,
  type Settings,
  Work,
} from "@shap-service/jobs";
import { createApp } from "./app.js";
import { refuseBrokenRequests } from "./http/refuse-broken-requests.js";
import { UnderWay } from "./http/under-way.js";

const UPLOAD_MS = 3_600_000;
/** How long uploads that are cut by a shutdown may take to free what they took in, and the chunk of a process without Redis. */
const FREE_MS = 3000;

/** The port is taken, or may not be had. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

export interface WebServer {
  readonly url: string;
  /** Answers what is under way, then lets go of everything. */
  close(): Promise<void>;
}

/**
 * The service on its port. Without Redis, this process explains the chunks of jobs itself.
 * @throws ModelFolderError, ListenError
 */
export async function startServer(settings: Settings, log: Logger): Promise<WebServer> {
  const models = openCatalogue(settings);
  warnOfOpenDoor(settings, log);
  const backend = openBackend(settings, log);
  try {
    await backend.settled(2000);
    await models.follow(backend.modelStore);
    report(models, settings, log);
    const embedded = backend.queue.kind === "embedded";
    const work = embedded ? await Work.begin({ settings, log, backend, models }) : undefined;
    const memory = new MemoryWatch(settings.memory, (level, rssBytes) => {
      log[level === "ok" ? "info" : "warn"]({ level, rssBytes }, "memory");
      // Nobody starts this process anew: its own jobs wait only while it is above the limit.
      void work?.heed(level === "over" ? level : "ok");
    });
    const uploads = new UnderWay();
    const app = createApp({ settings, log, backend, models, memory, work, uploads });
    const server = createServer({ requireHostHeader: false }, app);
    refuseBrokenRequests(server, log);
    // An upload may take long, and is held back on purpose while its chunks wait.
    server.requestTimeout = UPLOAD_MS;
    await listen(server, settings);
    const url = addressOf(server);
    log.info({ url, queue: backend.queue.kind }, "listening");
    return {
      url,
      async close() {
        await closeServer(server, settings.shutdownMs);
        await uploads.ended(FREE_MS);
        memory.stop();
        models.close();
        await work?.close();
        await backend.close(FREE_MS);
      },
    };
  } catch (error) {
    models.close();
    await backend.close(0);
    throw error;
  }
}

function report(models: ModelCatalogue, { modelDir }: Settings, log: Logger): void {
  for (const broken of models.broken) log.error(broken, "a model file cannot be served");
  if (models.list().length === 0) {
    const folder = resolve(modelDir);
    log.warn(
      { folder },
      "no model is served: put its file into this folder (SHAP_MODEL_DIR) and start anew, or PUT it to /v1/models/NAME",
    );
  }
  for (const { name, fallback } of models.list()) {
    if (fallback) log.warn({ model: name }, "no model was found: serving the bundled example instead");
  }
}

const hasKeys = (settings: Settings): boolean => settings.apiKey !== undefined || settings.apiKeys.length > 0;

function warnOfOpenDoor(settings: Settings, log: Logger): void {
  if (hasKeys(settings)) return;
  if (settings.host === undefined) log.info("no API keys: listening on loopback only");
  else log.warn({ host: settings.host }, "no API keys: whoever reaches this address is an admin");
}

function listen(server: Server, settings: Settings): Promise<void> {
  const host = settings.host ?? (hasKeys(settings) ? "0.0.0.0" : "127.0.0.1");
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(new ListenError(whyNot(cause, settings.port, host), { cause }));
    });
    server.listen(settings.port, host, () => resolve());
  });
}

/** Which variable is to blame, and how. */
function whyNot({ code }: NodeJS.ErrnoException, port: number, host: string): string {
  if (code === "EADDRINUSE") return `PORT: ${port} on ${host} is in use`;
  if (code === "EACCES") return `PORT: ${port} on ${host} may not be had: expected a port above 1023`;
  return `HOST: ${host} is no address of this computer (${code})`;
}

function addressOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  if (address === "127.0.0.1" || address === "0.0.0.0" || address === "::") return `http://localhost:${port}`;
  return family === "IPv6" ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}

/** Stops listening, and cuts what is still under way after `graceMs`. */
async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const impatient = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(impatient);
}
