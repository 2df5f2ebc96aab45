#!/usr/bin/env node
import {
  createLogger,
  hostProblems,
  letHeapGrow,
  ModelFolderError,
  readSettings,
  SettingsError,
} from "@shap-service/jobs";
import { ListenError, startServer } from "./server.js";

/** What is left to do once the requests under way have ended; Render kills 30 s after SIGTERM. */
const FAREWELL_MS = 8000;

letHeapGrow();
try {
  const settings = readSettings(process.env, await hostProblems(process.env));
  const log = createLogger("web", settings);
  const server = await startServer(settings, log);
  process.send?.({ url: server.url });
  let stopping = false;
  // Bull asks Redis in the background too; a command that is cut off there must not end the process.
  process.on("unhandledRejection", (reason) => {
    log[stopping ? "debug" : "error"]({ err: reason }, "a background command failed");
  });
  const stop = async (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, "stopping");
    setTimeout(() => process.exit(0), settings.shutdownMs + FAREWELL_MS).unref();
    await server.close();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop(signal));
  // Whoever forked this process was killed, and can tell it nothing any more.
  process.once("disconnect", () => stopping || stop("disconnect"));
} catch (error) {
  const expected =
    error instanceof SettingsError || error instanceof ModelFolderError || error instanceof ListenError;
  if (!expected) throw error;
  console.error(error.message);
  process.exit(1);
}
