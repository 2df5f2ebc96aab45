#!/usr/bin/env node
import { createLogger, letHeapGrow, ModelFolderError, readSettings, SettingsError } from "@shap-service/jobs";
import { startWorker } from "./worker.js";

/** What is left to say once the present chunk has ended: with the time of a shutdown, 24 s of the 30 that Render gives. */
const FAREWELL_MS = 4000;

letHeapGrow();
try {
  const settings = readSettings(process.env);
  if (settings.redis === undefined) {
    throw new SettingsError(
      "REDIS_URL: a worker needs a queue on Redis; without one, web does the work itself",
    );
  }
  const log = createLogger("worker", settings);
  let stopping = false;
  // Bull asks Redis in the background too; a command that is cut off there must not end the process.
  process.on("unhandledRejection", (reason) => {
    log[stopping ? "debug" : "error"]({ err: reason }, "a background command failed");
  });
  const stop = async (reason: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, "stopping: no new chunk is taken, the present one is finished");
    setTimeout(() => process.exit(0), settings.shutdownMs + FAREWELL_MS).unref();
    await (await starting).close();
    log.info("stopped");
    process.exit(0);
  };
  let asked = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      // The second one; the first may come while the process stops by itself.
      if (asked) process.exit(1);
      asked = true;
      void stop(signal);
    });
  }
  const starting = startWorker(settings, log, () => void stop("memory"));
  await starting;
} catch (error) {
  if (!(error instanceof SettingsError || error instanceof ModelFolderError)) throw error;
  console.error(error.message);
  process.exit(1);
}
