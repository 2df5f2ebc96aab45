import { type Request, Router } from "express";
import { ApiError } from "../../errors.js";
import { formatNanoseconds, type LogLabels, type LogLine } from "../../workspace/log-store.js";
import type { ApiContext } from "../context.js";
import { limit, repeated, text, texts, time } from "../query.js";

const hour = 3_600_000_000_000n;
const labelNames = ["instance", "host", "statusCode", "method", "level", "type", "path"] as const;

/** Logs, paged by time: the next page lies between `nextStartTime` and `nextEndTime`. */
export function logRoutes(context: ApiContext): Router {
  const { logs } = context.workspace.platform;

  return Router()
    .get("/logs", (request, response) => {
      const { from, to, matching } = select(context, request, logs.lines);
      const isForward = text(request, "direction") === "forward";
      const ordered = isForward ? matching : matching.reverse();
      const lines = ordered.slice(0, limit(request));
      const last = lines.at(-1);
      const hasMore = ordered.length > lines.length;
      const at = last && nanoseconds(last.timestamp);
      response.json({
        hasMore,
        nextStartTime: formatNanoseconds(at !== undefined && isForward ? at + 1n : from),
        nextEndTime: formatNanoseconds(at !== undefined && !isForward ? at - 1n : to),
        logs: lines.map(presentLine),
      });
    })
    .get("/logs/values", (request, response) => {
      const label = labelNames.find((name) => name === text(request, "label"));
      if (!label) throw new ApiError(400, `invalid label: one of ${labelNames.join(", ")}`);
      const { matching } = select(context, request, logs.lines);
      const values = new Set(matching.flatMap(({ labels }) => labels[label] ?? []));
      response.json([...values].slice(0, limit(request)));
    });
}

function select(context: ApiContext, request: Request, lines: readonly LogLine[]) {
  const { owner } = context.workspace;
  const ownerId = text(request, "ownerId");
  if (!ownerId) throw new ApiError(400, "ownerId is required");
  if (ownerId !== owner.id) throw new ApiError(404, `not found: workspace ${ownerId}`);
  const resources = texts(request, "resource");
  if (resources.length === 0) throw new ApiError(400, "resource is required");
  const to = time(request, "endTime") ?? BigInt(Date.now()) * 1_000_000n + 999_999_999n;
  const from = time(request, "startTime") ?? to - hour;
  const filters = labelNames.map((name) => [name, repeated(request, name).map(pattern)] as const);
  const words = repeated(request, "text").map(pattern);
  const matching = lines.filter(({ labels, message, timestamp }) => {
    if (!resources.includes(labels.resource)) return false;
    const at = nanoseconds(timestamp);
    if (at < from || at > to) return false;
    if (words.length > 0 && !words.some((word) => word.anywhere.test(message))) return false;
    return filters.every(
      ([name, wanted]) => wanted.length === 0 || wanted.some((one) => one.whole.test(labels[name] ?? "")),
    );
  });
  return { from, to, matching };
}

/** A filter: plain text, with `*` for anything, or a regular expression between slashes. */
function pattern(filter: string): { whole: RegExp; anywhere: RegExp } {
  const isExpression = filter.length > 2 && filter.startsWith("/") && filter.endsWith("/");
  const escaped = filter.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  try {
    const source = isExpression ? filter.slice(1, -1) : escaped;
    return { whole: new RegExp(isExpression ? source : `^${source}$`), anywhere: new RegExp(source) };
  } catch {
    throw new ApiError(400, `invalid filter: ${filter} is no regular expression`);
  }
}

export function presentLine({ id, message, timestamp, labels }: LogLine): object {
  const named = Object.entries(labels) as [keyof LogLabels, string | undefined][];
  return {
    id,
    message,
    timestamp,
    labels: named.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }])),
  };
}

function nanoseconds(timestamp: string): bigint {
  const seconds = Date.parse(`${timestamp.slice(0, 19)}Z`);
  return BigInt(seconds) * 1_000_000n + BigInt(timestamp.slice(20, 29));
}
