import { lastLogs, reasonOf, whereToLook } from "../../deploy/explain-failure.js";
import type { RenderInstance } from "../../render/schemas.js";
import type { RegisteredWorker } from "../../service/service-client.js";
import { ProofFailed } from "../proof-failed.js";
import type { Subject } from "../subject.js";

// Render tells the old instance to stop a minute after the new one is up, then gives it its shutdown delay.
const overlapSeconds = 60;
const defaultShutdownSeconds = 30;
const marginSeconds = 60;
const pollMilliseconds = 3000;
/** What a process really needs to start and register. */
const leastMilliseconds = 15_000;
const collision = /already (exists|active|registered|running)|name[^.]{0,40}(is )?taken|collision/i;
const logLines = 200;
/** A crash longer ago than this says nothing about what runs now. */
const crashWindowMilliseconds = 900_000;

/** 2: the worker is registered under a name of its own on the commit, and what ran before is gone. */
export async function proveWorkers(subject: Subject): Promise<string[]> {
  const { clock, web, worker, say } = subject;
  const delay = Math.max(
    ...[web, worker].map(
      ({ serviceDetails }) => serviceDetails?.maxShutdownDelaySeconds ?? defaultShutdownSeconds,
    ),
  );
  const deadline = clock.deadline((overlapSeconds + delay + marginSeconds) * 1000, leastMilliseconds);
  for (;;) {
    const facts: string[] = [];
    // What has crashed is not waited for: it may be up and registered for seconds at a time.
    await proveNoCrash(subject);
    const problem = (await registrationProblem(subject, facts)) ?? (await instanceProblem(subject, facts));
    if (problem === undefined) return [...facts, await proveNoCollision(subject)];
    if (clock.now() >= deadline) throw new ProofFailed(problem, facts);
    say(problem);
    await clock.wait(pollMilliseconds);
  }
}

async function registrationProblem(subject: Subject, facts: string[]): Promise<string | undefined> {
  const { service, worker, commit, allowedWorkers } = subject;
  const registered = await service.workers();
  const ours = registered.filter((one) => isOf(one, worker.name));
  for (const { name, commit: runs } of ours)
    facts.push(`registered: ${name} on ${runs?.slice(0, 7) ?? "no commit"}`);
  if (new Set(registered.map(({ name }) => name)).size !== registered.length)
    return "two workers have one name";
  if (ours.length === 0) return `no worker of ${worker.name} is registered`;
  const stale = ours.find((one) => one.commit !== commit);
  if (stale) return `${stale.name} is still registered, on ${stale.commit?.slice(0, 7) ?? "no commit"}`;
  const wanted = worker.serviceDetails?.numInstances ?? 1;
  if (ours.length !== wanted)
    return `${ours.length} workers of ${worker.name} are registered; ${wanted} should be`;
  const strangers = registered.filter((one) => !isOf(one, worker.name));
  const unknown = strangers.find((one) => !allowedWorkers.some((name) => isOf(one, name)));
  if (unknown)
    return `${unknown.name} takes jobs, too, and belongs to no service of this deploy (shap-deploy prune)`;
  for (const { name } of strangers) facts.push(`to be retired: ${name}`);
  return undefined;
}

async function instanceProblem(
  { api, web, worker, since }: Subject,
  facts: string[],
): Promise<string | undefined> {
  for (const { id, name, serviceDetails } of [web, worker]) {
    const instances: RenderInstance[] = await api.instances(id);
    if (instances.length === 0) return `${name} has no instance`;
    const old = instances.find(({ createdAt }) => new Date(createdAt) < since);
    if (old) return `${name}: the old instance ${old.id} is still there`;
    const wanted = serviceDetails?.numInstances ?? 1;
    if (instances.length > wanted) return `${name} has ${instances.length} instances; ${wanted} should be`;
    facts.push(`${name}: instance ${instances.map((instance) => instance.id).join(", ")}`);
  }
  return undefined;
}

/** No instance that runs now has died since the deploy. */
async function proveNoCrash({ api, ownerId, web, worker, since, clock }: Subject): Promise<void> {
  const from = new Date(Math.max(since.getTime(), clock.now() - crashWindowMilliseconds));
  for (const service of [web, worker]) {
    const running = new Set((await api.instances(service.id)).map(({ id }) => id));
    const crash = (await api.events(service.id, from)).find(
      (event) =>
        event.type === "server_failed" &&
        running.has(String((event.details as { instanceID?: unknown } | null | undefined)?.instanceID)),
    );
    if (!crash) continue;
    const seen = whereToLook(service, await lastLogs(api, ownerId, service, from));
    const why = reasonOf(crash) ?? "without a reason";
    throw new ProofFailed(`${service.name} crashed at ${crash.timestamp}: ${why}`, seen);
  }
}

async function proveNoCollision({ api, ownerId, worker, since }: Subject): Promise<string> {
  const lines = await api.logs(ownerId, [worker.id], { since, limit: logLines });
  const found = lines.find(({ message }) => collision.test(message));
  if (found) throw new ProofFailed(`the worker's log tells of a collision: ${found.message}`);
  return `no collision in ${lines.length} log lines`;
}

/** A worker is named after its service: `<service>-<host>-<pid>-<ms>-<uuid>`. */
function isOf({ name }: RegisteredWorker, service: string): boolean {
  return name.startsWith(`${service}-`);
}
