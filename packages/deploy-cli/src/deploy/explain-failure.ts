import { DeployToolError } from "../errors.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import { describeStatus } from "../render/deploy-status.js";
import type { RenderApi } from "../render/render-api.js";
import type { RenderDeploy, RenderEvent, RenderLog, RenderService } from "../render/schemas.js";
import { printableLine } from "../terminal/printable.js";

const shownLogLines = 15;

export interface FailureSubject {
  api: RenderApi;
  ownerId: string;
  service: RenderService;
  deploy?: RenderDeploy;
  /** From when on events and log lines belong to it. */
  since: Date;
}

/**
 * Everything that helps at 3 a.m.: what ended, Render's reason, the service's last log lines, and where to look.
 * What cannot be had (the API may be ill, too) is left out rather than hiding the failure.
 */
export async function explainFailure(
  subject: FailureSubject,
  what: string,
  options: { code: string; exitCode?: ExitCode; reason?: string } = { code: "deploy_failed" },
): Promise<DeployToolError> {
  const { api, ownerId, service, deploy, since } = subject;
  const reason = options.reason ?? (await findReason(subject).catch(() => undefined));
  const logs = await lastLogs(api, ownerId, service, since);
  return new DeployToolError(`${service.name}: ${what}${reason ? `: ${reason}` : ""}`, {
    code: options.code,
    exitCode: options.exitCode ?? exitCode.deployFailed,
    fix: "mend the cause, commit, and run shap-deploy deploy again",
    lines: whereToLook(service, logs),
    details: {
      service: { id: service.id, name: service.name, dashboardUrl: service.dashboardUrl },
      deployId: deploy?.id,
      status: deploy?.status,
      reason,
      logs: logs.map(({ timestamp, message }) => ({ timestamp, message })),
    },
  });
}

/** The last log lines of a service; none where they cannot be had. */
export async function lastLogs(
  api: RenderApi,
  ownerId: string,
  service: RenderService,
  since: Date,
): Promise<RenderLog[]> {
  return await api.logs(ownerId, [service.id], { since, limit: shownLogLines }).catch(() => []);
}

/** A service's last log lines and its page in the dashboard, as people read them. */
export function whereToLook(service: RenderService, logs: readonly RenderLog[]): string[] {
  const lines: string[] = [];
  if (logs.length > 0) {
    lines.push(`The last lines of ${service.name}:`);
    for (const { timestamp, message } of logs)
      lines.push(`  ${timestamp.slice(11, 19)} ${printableLine(message)}`);
  }
  if (service.dashboardUrl) lines.push(`Look at ${service.dashboardUrl}`);
  return lines;
}

/** Render's reason for the end of a deploy, from its events. */
async function findReason({ api, service, deploy, since }: FailureSubject): Promise<string | undefined> {
  for (const event of await api.events(service.id, since)) {
    const details = (event.details ?? {}) as { deployId?: unknown; reason?: unknown };
    if (!/_ended$|^server_failed$/.test(event.type) || details.reason == null) continue;
    if (deploy && typeof details.deployId === "string" && details.deployId !== deploy.id) continue;
    const reason = reasonOf(event);
    if (reason) return reason;
  }
  return deploy?.status ? undefined : describeStatus(deploy?.status);
}

/** `out of memory (limit 512Mi)`, `exited with code 1`: the failure reason of an event in words. */
export function reasonOf(event: RenderEvent): string | undefined {
  const outer = (event.details as { reason?: Record<string, unknown> } | null | undefined)?.reason;
  if (outer == null || typeof outer !== "object") return undefined;
  const reason = (
    typeof outer.failure === "object" && outer.failure !== null ? outer.failure : outer
  ) as Record<string, unknown>;
  const oom = reason.oomKilled as { memoryLimit?: unknown } | undefined;
  if (oom) return `out of memory (limit ${printableLine(String(oom.memoryLimit ?? "unknown"))})`;
  if (typeof reason.nonZeroExit === "number") return `exited with code ${reason.nonZeroExit}`;
  if (reason.earlyExit === true) return "exited early";
  if (typeof reason.unhealthy === "string") return `never healthy: ${printableLine(reason.unhealthy)}`;
  if (reason.evicted === true)
    return `evicted: ${printableLine(String(reason.evictionReason ?? "no reason given"))}`;
  if (typeof reason.timedOutSeconds === "number") {
    return `timed out after ${reason.timedOutSeconds} s ${printableLine(String(reason.timedOutReason ?? ""))}`.trim();
  }
  if (reason.buildFailed) return "the build failed";
  return undefined;
}

/** Whether an event says that an instance was killed for its memory. */
export function isOutOfMemory(event: RenderEvent): boolean {
  return reasonOf(event)?.startsWith("out of memory") === true;
}
