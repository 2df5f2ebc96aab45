import { type Logger, pino } from "pino";
import type { Settings } from "./settings/settings.js";

export type { Logger } from "pino";

/** JSON lines on stdout. Headers that carry keys are never written, whoever logs them. */
export function createLogger(component: string, settings: Pick<Settings, "logLevel" | "commit">): Logger {
  return pino({
    level: settings.logLevel,
    base: { component, pid: process.pid, ...(settings.commit ? { commit: settings.commit } : {}) },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: ["req.headers.authorization", "headers.authorization", "authorization"],
  });
}
