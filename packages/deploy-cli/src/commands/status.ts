import { DeployLock } from "../deploy/lock.js";
import { StateFile } from "../deploy/state.js";
import { DeployToolError } from "../errors.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import { describeStatus } from "../render/deploy-status.js";
import type { RenderService } from "../render/schemas.js";
import { isSuspended, keyValueNamed, serviceNamed } from "../render/workspace.js";
import type { CommandContext } from "../terminal/console.js";
import { printableLine } from "../terminal/printable.js";
import { findSubject } from "../verify/subject.js";
import { openSystem, type System, type SystemOptions } from "./open-system.js";
import { findOrphans } from "./orphans.js";
import { table } from "./table.js";

interface ServiceStatus {
  name: string;
  id?: string;
  state: string;
  commit?: string;
  since?: string;
  instances?: number;
  url?: string;
}

/** `shap-deploy status`: what runs where. Shows what can be had; a part that does not answer is said to. */
export async function status(options: SystemOptions, context: CommandContext): Promise<ExitCode> {
  const { console } = context;
  const system = await openSystem(context, options);
  const { api, owner, roles, connected, repository, target } = system;
  const services = await api.services(owner.id);
  const rows = await Promise.all(
    [roles.web, roles.worker].map(({ service }) =>
      statusOf(system, service.name, serviceNamed(services, service.name)),
    ),
  );
  const store = keyValueNamed(await api.keyValues(owner.id), roles.keyValue?.service.name ?? "");
  if (roles.keyValue)
    rows.push({ name: roles.keyValue.service.name, id: store?.id, state: store?.status ?? "not there" });
  const orphans = await findOrphans(system);
  const workers = await registered(system, context);
  const lock = await new DeployLock(repository, target.remote, context.signal).holder();
  const stateFile = new StateFile(await repository.privatePath("deploy.json"));
  const unfinished = await stateFile.read();
  const lastDeploy = await stateFile.last();
  for (const line of table(
    ["service", "state", "commit", "since", "instances"],
    rows.map((row) => [
      row.name,
      row.state,
      row.commit?.slice(0, 7) ?? "",
      row.since ?? "",
      row.instances === undefined ? "" : String(row.instances),
    ]),
    console.style,
  )) {
    console.say(line);
  }
  console.say();
  const notes = [
    ...rows.flatMap(({ url }) => (url ? [`address: ${url}`] : [])),
    `Blueprint: ${connected.name}, ${connected.status}${connected.autoSync ? "" : ", auto-sync off"}`,
    typeof workers === "string"
      ? `workers: ${workers}`
      : `workers registered: ${workers.join(", ") || "none"}`,
    ...orphans.map(({ name, ageDays }) => `orphan: ${name}, ${ageDays} days old (shap-deploy prune)`),
    ...(lock ? [`deploying now: ${lock.holder}, since ${lock.startedAt}`] : []),
    ...(unfinished
      ? [`unfinished deploy since ${unfinished.startedAt}: shap-deploy deploy goes on with it`]
      : []),
    ...(lastDeploy
      ? [
          `last deploy from here: ${lastDeploy.startedAt}${lastDeploy.ended ? `, ${lastDeploy.ended.why}` : ""}`,
        ]
      : []),
  ];
  for (const note of notes) console.say(printableLine(note));
  console.document({
    command: "status",
    ok: true,
    exitCode: exitCode.done,
    workspace: { id: owner.id, name: owner.name },
    blueprint: {
      id: connected.id,
      name: connected.name,
      status: connected.status,
      autoSync: connected.autoSync,
    },
    services: rows,
    workers: typeof workers === "string" ? { problem: workers } : workers,
    orphans,
    lock,
    unfinished,
  });
  return exitCode.done;
}

async function statusOf(
  { api }: System,
  name: string,
  service: RenderService | undefined,
): Promise<ServiceStatus> {
  if (!service) return { name, state: "not there" };
  const [deploys, instances] = await Promise.all([api.deploys(service.id), api.instances(service.id)]);
  const live = deploys.find((deploy) => deploy.status === "live");
  const newest = deploys[0];
  const doing = newest && newest !== live ? ` (newest: ${describeStatus(newest.status)})` : "";
  const state = isSuspended(service) ? "suspended" : live ? "live" : describeStatus(newest?.status);
  return {
    name,
    id: service.id,
    state: `${state}${live ? doing : ""}`,
    commit: live?.commit?.id,
    since: live?.finishedAt?.replace(/\.\d+Z$/, "Z"),
    instances: instances.length,
    url: service.serviceDetails?.url,
  };
}

/** The registered workers' names, or why they cannot be had. */
async function registered(
  { api, owner, roles }: System,
  { clock, console, environment, signal }: CommandContext,
): Promise<string[] | string> {
  const names = {
    ownerId: owner.id,
    webName: roles.web.service.name,
    workerName: roles.worker.service.name,
    keyValueName: undefined,
  };
  try {
    const { service } = await findSubject(
      api,
      clock,
      names,
      console.secrets,
      environment.SHAP_API_KEY,
      signal,
    );
    return (await service.workers()).map(({ name }) => name);
  } catch (error) {
    if (error instanceof DeployToolError) return error.message;
    throw error;
  }
}
