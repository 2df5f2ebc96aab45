import { type Logger, pino } from "pino";
import { plainError } from "./plain-error.js";
import type { Settings } from "./settings/settings.js";

export type { Logger } from "pino";

/** JSON lines on stdout. Headers that carry keys and the arguments of commands are never written, whoever logs them. */
export function createLogger(component: string, settings: Pick<Settings, "logLevel" | "commit">): Logger {
  return pino({
    level: settings.logLevel,
    base: { component, pid: process.pid, ...(settings.commit ? { commit: settings.commit } : {}) },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: plainError },
    redact: ["req.headers.authorization", "headers.authorization", "authorization"],
  });
}
