import { usageError } from "../errors.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import type { RenderLog } from "../render/schemas.js";
import { keyValueNamed, serviceNamed } from "../render/workspace.js";
import type { CommandContext } from "../terminal/console.js";
import { printableJson, printableLine } from "../terminal/printable.js";
import type { Style } from "../terminal/style.js";
import { openSystem, type System, type SystemOptions } from "./open-system.js";

export interface LogsOptions extends SystemOptions {
  /** `15m`, `2h`, `1d`, or a date. */
  since: string;
  lines: number;
  text?: string;
  service?: "web" | "worker" | "key-value";
  follow?: boolean;
}

const pollMilliseconds = 3000;
const unitMilliseconds: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const colours = ["cyan", "green", "yellow"] as const;

/** `shap-deploy logs`: the lines of web, worker and Key Value, merged by time. With --json a document a line. */
export async function logs(options: LogsOptions, context: CommandContext): Promise<ExitCode> {
  const { console, clock } = context;
  const since = parseSince(options.since, clock.now());
  const system = await openSystem(context, options);
  const resources = await findResources(system, options.service);
  const names = [...resources.values()];
  const seen = new Set<string>();
  let from = since;
  for (;;) {
    const lines = await system.api.logs(system.owner.id, [...resources.keys()], {
      since: from,
      limit: options.lines,
      text: options.text,
    });
    for (const line of lines) {
      if (seen.has(line.id)) continue;
      seen.add(line.id);
      from = new Date(Math.max(from.getTime(), new Date(line.timestamp).getTime()));
      const service = resources.get(labelOf(line, "resource") ?? "") ?? "?";
      if (console.json)
        console.stdout.write(`${console.secrets.hide(printableJson({ service, ...shown(line) }))}\n`);
      else console.say(render(line, service, names, console.style));
    }
    if (!options.follow) return exitCode.done;
    // Ctrl-C is how following ends.
    if (context.signal.aborted) return exitCode.done;
    await clock.wait(pollMilliseconds).catch((error) => {
      if (!context.signal.aborted) throw error;
    });
    if (context.signal.aborted) return exitCode.done;
  }
}

/** The moment that `15m` or a date means. */
export function parseSince(text: string, now: number): Date {
  const span = /^(\d{1,6})([smhd])$/.exec(text);
  if (span) return new Date(now - Number(span[1]) * unitMilliseconds[span[2]]);
  const date = new Date(text);
  if (/^\d{4}-/.test(text) && !Number.isNaN(date.getTime())) return date;
  throw usageError(
    `--since ${printableLine(text)} is no span of time.`,
    "since",
    "--since 15m, 2h, 1d, or 2026-01-31T12:00:00Z",
  );
}

async function findResources(
  { api, owner, roles }: System,
  only: LogsOptions["service"],
): Promise<Map<string, string>> {
  const services = await api.services(owner.id);
  const wanted = new Map<string, string>();
  const add = (kind: LogsOptions["service"], found: { id: string; name: string } | undefined) => {
    if (found && (only === undefined || only === kind)) wanted.set(found.id, found.name);
  };
  add("web", serviceNamed(services, roles.web.service.name));
  add("worker", serviceNamed(services, roles.worker.service.name));
  if (only === undefined || only === "key-value") {
    add("key-value", keyValueNamed(await api.keyValues(owner.id), roles.keyValue?.service.name ?? ""));
  }
  if (wanted.size > 0) return wanted;
  throw usageError(
    "None of these services is on Render.",
    "service_missing",
    "shap-deploy status shows what is there",
  );
}

function render(line: RenderLog, service: string, names: readonly string[], style: Style): string {
  const colour = colours[Math.max(0, names.indexOf(service)) % colours.length];
  const width = Math.max(...names.map((name) => name.length));
  const time = style("dim", line.timestamp.slice(0, 19).replace("T", " "));
  return `${time} ${style(colour, printableLine(service).padEnd(width))} ${printableLine(line.message)}`;
}

function shown(line: RenderLog): Record<string, unknown> {
  return {
    timestamp: line.timestamp,
    message: line.message,
    level: labelOf(line, "level"),
    instance: labelOf(line, "instance"),
  };
}

function labelOf({ labels }: RenderLog, name: string): string | undefined {
  return labels?.find((label) => label.name === name)?.value;
}
