import { type ExitCode, exitCode } from "../exit-code.js";
import type { RegisteredWorker } from "../service/service-client.js";
import type { CommandContext } from "../terminal/console.js";
import { printableLine } from "../terminal/printable.js";
import { type DeployOptions, deploy } from "./deploy.js";
import { openSystem, type System, type SystemOptions } from "./open-system.js";
import { openSubject } from "./verify.js";

export interface FixCollisionOptions extends SystemOptions {
  /** Deploys with a fresh name for the worker's service. */
  freshName?: boolean;
  dryRun?: boolean;
  yes?: boolean;
}

type Verdict = "alive" | "overlap" | "orphan" | "dead";

interface Explained {
  name: string;
  instance: string | undefined;
  verdict: Verdict;
  why: string;
}

/**
 * `shap-deploy fix-collision`: explains every worker registration by what Render runs, lets the service clear those whose
 * worker is provably dead, and deploys with a fresh worker name where asked.
 */
export async function fixCollision(options: FixCollisionOptions, context: CommandContext): Promise<ExitCode> {
  const { console } = context;
  const system = await openSystem(context, options);
  const commit = (await system.repository.remoteHead(system.target)) ?? "";
  const { service } = await openSubject(system, context, { commit, restarts: 0, redisSeconds: 5 });
  const registered = await service.workers();
  const explained = await explain(system, registered);
  const twice = registered.filter(
    ({ name }, index) => registered.findIndex((other) => other.name === name) !== index,
  );
  for (const { name, verdict, why } of explained) {
    const colour = verdict === "alive" ? "green" : verdict === "dead" ? "red" : "yellow";
    console.say(`${console.style(colour, verdict.padEnd(7))} ${printableLine(name)}`);
    console.say(`        ${console.style("dim", printableLine(why))}`);
  }
  if (explained.length === 0) console.say("No worker is registered.");
  console.say(
    twice.length === 0
      ? `${console.style("green", "✓")} no two workers have one name`
      : `${console.style("red", "✗")} ${twice.length} name(s) are registered twice`,
  );
  let cleared: unknown;
  if (!options.dryRun) {
    // The service alone can prove that a registration's process is dead: it looks at the heartbeats in Redis.
    cleared = (await service.sweep()).cleared ?? [];
    const names = Array.isArray(cleared) ? cleared.map((entry) => printableLine(nameOf(entry))) : [];
    console.say(
      `${console.style("green", "✓")} ${names.length === 0 ? "no stale registration to clear" : `cleared: ${names.join(", ")}`}`,
    );
  }
  const code = options.freshName ? await withFreshName(options, context) : exitCode.done;
  if (!options.freshName) {
    console.document({
      command: "fix-collision",
      ok: true,
      exitCode: code,
      dryRun: options.dryRun === true,
      registrations: explained,
      cleared,
    });
  }
  return code;
}

/** What each registration is, by the services and instances that Render knows. */
async function explain(
  { api, owner, roles }: System,
  registered: readonly RegisteredWorker[],
): Promise<Explained[]> {
  const workers = (await api.services(owner.id)).filter(({ type }) => type === "background_worker");
  const running = new Map<string, Set<string>>();
  for (const { id, name } of workers)
    running.set(name, new Set((await api.instances(id)).map((one) => one.id)));
  return registered.map(({ name, instance }) => {
    const service = workers.find((one) => name.startsWith(`${one.name}-`))?.name;
    const instances = service === undefined ? undefined : running.get(service);
    if (service === undefined || instances === undefined) {
      return { name, instance, verdict: "dead", why: "no worker service of this name is on Render" };
    }
    if (instance !== undefined && !instances.has(instance)) {
      return { name, instance, verdict: "dead", why: `Render no longer runs its instance ${instance}` };
    }
    if (service !== roles.worker.service.name) {
      return {
        name,
        instance,
        verdict: "orphan",
        why: `${service} is not the worker of render.yaml; shap-deploy prune removes it`,
      };
    }
    if (instances.size > 1) {
      return {
        name,
        instance,
        verdict: "overlap",
        why: `Render runs ${instances.size} instances: old and new overlap for a minute in a deploy`,
      };
    }
    return { name, instance, verdict: "alive", why: `instance ${instance ?? "unknown"} of ${service}` };
  });
}

async function withFreshName(options: FixCollisionOptions, context: CommandContext): Promise<ExitCode> {
  const deployOptions: DeployOptions = {
    file: options.file,
    remote: options.remote,
    branch: options.branch,
    message: "Give the worker a fresh name: {worker}",
    retire: "delete",
    restarts: 0,
    redisSeconds: 60,
    timeout: 30,
    dryRun: options.dryRun,
    yes: options.yes,
  };
  return await deploy(deployOptions, context);
}

function nameOf(entry: unknown): string {
  if (typeof entry === "string") return entry;
  const { name } = (entry ?? {}) as { name?: unknown };
  return typeof name === "string" ? name : "a registration";
}
