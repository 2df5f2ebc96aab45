import { EventEmitter } from "node:events";
import { newId } from "../ids.js";

/** The labels a line carries; `resource` is the service or Key Value instance it belongs to. */
export interface LogLabels {
  resource: string;
  type: "app" | "build" | "request";
  level?: "info" | "warning" | "error";
  instance?: string;
  host?: string;
  method?: string;
  statusCode?: string;
  path?: string;
}

export interface LogLine {
  id: string;
  message: string;
  timestamp: string;
  labels: LogLabels;
}

/** Every line that a build, an instance or a request wrote. The oldest are dropped beyond `capacity`. Emits `line`. */
export class LogStore extends EventEmitter<{ line: [LogLine] }> {
  readonly #lines: LogLine[] = [];
  #latest = 0n;

  constructor(private readonly capacity = 50_000) {
    super();
    this.setMaxListeners(0);
  }

  /** All lines, oldest first. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  write(message: string, labels: LogLabels): void {
    const line = { id: newId("log"), message, timestamp: this.#nextTimestamp(), labels };
    this.#lines.push(line);
    if (this.#lines.length > this.capacity) this.#lines.splice(0, Math.ceil(this.capacity / 10));
    this.emit("line", line);
  }

  /** The last `count` lines of a resource, for an error message. */
  tail(resource: string, count: number): string[] {
    return this.#lines
      .filter((line) => line.labels.resource === resource && line.labels.type !== "request")
      .slice(-count)
      .map((line) => line.message);
  }

  /** Nanoseconds, each later than the one before: pages are cut by time, so no two lines may share one. */
  #nextTimestamp(): string {
    const now = BigInt(Date.now()) * 1_000_000n;
    this.#latest = now > this.#latest ? now : this.#latest + 1n;
    return formatNanoseconds(this.#latest);
  }
}

/** Nanoseconds since 1970 as `2026-11-24T02:10:13.000000001Z`. */
export function formatNanoseconds(nanoseconds: bigint): string {
  const seconds = new Date(Number(nanoseconds / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(nanoseconds % 1_000_000_000n).padStart(9, "0")}Z`;
}
