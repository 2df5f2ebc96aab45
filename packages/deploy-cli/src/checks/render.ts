import type { System } from "../commands/open-system.js";
import { findOrphans } from "../commands/orphans.js";
import { isSuspended, keyValueNamed, serviceNamed } from "../render/workspace.js";
import { printableLine } from "../terminal/printable.js";
import { type Finding, Findings } from "./finding.js";

/** What Render says about the Blueprint and the services that are there already. */
export async function checkRender(system: System): Promise<Finding[]> {
  const findings = new Findings("render");
  const { owner, connected } = system;
  findings.pass("key", `the key is valid; workspace ${printableLine(owner.name)}`);
  checkConnected(findings, system);
  await checkPlan(findings, system);
  await checkServices(findings, system);
  for (const orphan of await findOrphans(system)) {
    findings.warning("orphan", {
      title: `${printableLine(orphan.name)} is left over from ${orphan.ageDays} days ago${orphan.isSuspended ? ", suspended" : ""}`,
      why: "it goes on taking jobs and money, and nobody manages it",
      fix: "shap-deploy prune",
    });
  }
  if (connected.status === "error") {
    findings.warning("sync", {
      title: "the Blueprint's last sync failed",
      why: "what runs is not what render.yaml says",
      fix: "see https://dashboard.render.com/blueprints",
    });
  }
  return findings.list;
}

function checkConnected(findings: Findings, { connected, target }: System): void {
  if (connected.branch !== undefined && connected.branch !== target.branch) {
    findings.failure("blueprint-branch", {
      title: `the Blueprint follows ${printableLine(connected.branch)}, and this goes to ${printableLine(target.branch)}`,
      why: "Render would never see the push",
      fix: `git switch ${connected.branch}, or --branch ${connected.branch}`,
    });
  } else if (!connected.autoSync) {
    findings.warning("auto-sync", {
      title: "the Blueprint's auto-sync is off",
      why: "a deploy waits until somebody presses Manual Sync",
      fix: "turn Auto Sync on at https://dashboard.render.com/blueprints",
    });
  } else {
    findings.pass(
      "blueprint",
      `Blueprint ${printableLine(connected.name)} is ${printableLine(connected.status)}, on this branch`,
    );
  }
}

/** Render's own validation, and no service made that nobody expects. */
async function checkPlan(findings: Findings, { api, owner, text, blueprint }: System): Promise<void> {
  const { valid, errors, plan } = await api.validateBlueprint(owner.id, text);
  if (!valid) {
    for (const { error, path, line } of errors ?? []) {
      findings.failure("validation", {
        title: `Render refuses it: ${path ? `${printableLine(path)}: ` : ""}${printableLine(error)}${line ? ` (line ${line})` : ""}`,
        why: "the sync would fail",
        fix: "mend render.yaml",
      });
    }
    return;
  }
  const existing = new Set((await api.services(owner.id)).map(({ name }) => name));
  const created = (plan?.services ?? []).map(nameOf).filter((name) => name !== undefined);
  const declared = new Set(blueprint.services.map(({ name }) => name));
  const isFirst = !blueprint.services.some(({ name }) => existing.has(name));
  const surprises = created.filter((name) => !isFirst && (!declared.has(name) || !/-worker/.test(name)));
  if (surprises.length > 0) {
    findings.warning("plan", {
      title: `a sync would make ${surprises.map(printableLine).join(", ")}`,
      why: "a name that changed in render.yaml makes a new service, and the old one goes on running and costing",
      fix: "give it its old name, or rename it in the dashboard first",
    });
  } else {
    findings.pass(
      "plan",
      created.length > 0
        ? `Render would make ${created.map(printableLine).join(", ")}`
        : "Render would make nothing unexpected",
    );
  }
}

function nameOf(entry: unknown): string | undefined {
  if (typeof entry === "string") return entry;
  const { name } = (entry ?? {}) as { name?: unknown };
  return typeof name === "string" ? name : undefined;
}

async function checkServices(findings: Findings, { api, owner, roles }: System): Promise<void> {
  const services = await api.services(owner.id);
  for (const { service } of [roles.web, roles.worker]) {
    const found = serviceNamed(services, service.name);
    if (!found) continue;
    if (isSuspended(found)) {
      findings.failure("suspended", {
        title: `${found.name} is suspended`,
        why: "it would not deploy",
        fix: "resume it in Render's dashboard",
      });
    }
    const unsynced = (service.envVars ?? []).flatMap((entry) => ("sync" in entry ? [entry.key] : []));
    if (unsynced.length === 0) continue;
    const keys = new Set(await api.envVarKeys(found.id));
    for (const key of unsynced.filter((name) => !keys.has(name))) {
      findings.failure("secret", {
        title: `${found.name} has no ${key}`,
        why: "Render asks for a sync: false variable only when the Blueprint is first connected; later it is silently missing",
        fix: `set ${key} on ${found.name} in Render's dashboard`,
      });
    }
  }
  const store = keyValueNamed(await api.keyValues(owner.id), roles.keyValue?.service.name ?? "");
  if (store && store.status !== "available") {
    findings.failure("key-value", {
      title: `${store.name} is ${printableLine(store.status)}`,
      why: "web and worker could not reach their queue",
      fix: "see Render's dashboard",
    });
  }
}
