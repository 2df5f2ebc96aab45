#!/usr/bin/env node
import { createLogger, ModelFolderError, readSettings, SettingsError } from "@shap-service/jobs";
import { startWorker } from "./worker.js";

try {
  const settings = readSettings(process.env);
  if (settings.redis === undefined) {
    throw new SettingsError(
      "REDIS_URL: a worker needs a queue on Redis; without one, web does the work itself",
    );
  }
  const log = createLogger("worker", settings);
  const worker = await startWorker(settings, log);
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, async () => {
      if (stopping) process.exit(1);
      stopping = true;
      log.info({ signal }, "stopping: no new chunk is taken, the present one is finished");
      await worker.close();
      log.info("stopped");
      process.exit(0);
    });
  }
} catch (error) {
  if (!(error instanceof SettingsError || error instanceof ModelFolderError)) throw error;
  console.error(error.message);
  process.exit(1);
}
