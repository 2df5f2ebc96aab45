import { parseWorkerName } from "../blueprint/stamp.js";
import { StateFile } from "../deploy/state.js";
import { isPreview, isSuspended, normalAddress } from "../render/workspace.js";
import type { System } from "./open-system.js";

/** A worker service of this system that no Blueprint manages and no deploy in progress needs. */
export interface Orphan {
  id: string;
  name: string;
  isSuspended: boolean;
  createdAt: string;
  ageDays: number;
  plan: string | undefined;
  /** US dollars a month, about, by Render's price list; undefined for a plan that is not on it. */
  monthlyDollars: number | undefined;
  dashboardUrl: string | undefined;
}

const dayMilliseconds = 86_400_000;
const monthlyDollars: Record<string, number> = {
  starter: 7,
  standard: 25,
  pro: 85,
  pro_plus: 175,
  pro_max: 225,
  pro_ultra: 450,
};

/**
 * Workers that a rename has left behind: of this repository and of the worker's base name, neither in render.yaml nor among
 * what the Blueprint manages, no preview, and not needed by an unfinished deploy. They go on taking jobs and money.
 */
export async function findOrphans(system: System): Promise<Orphan[]> {
  const { api, owner, roles, connected, repository, target } = system;
  const base = parseWorkerName(roles.worker.service.name)?.base;
  const managed = new Set((connected.resources ?? []).map(({ id }) => id));
  const unfinished = await new StateFile(await repository.privatePath("deploy.json")).read();
  const needed = new Set([
    roles.worker.service.name,
    unfinished?.workerName,
    ...(unfinished?.previousWorkers ?? []).map(({ name }) => name),
  ]);
  const repo = await normalAddress(await repository.remoteUrl(target.remote));
  const orphans: Orphan[] = [];
  for (const service of await api.services(owner.id)) {
    const { id, name, type, createdAt, dashboardUrl, serviceDetails } = service;
    if (type !== "background_worker" || isPreview(service) || managed.has(id) || needed.has(name)) continue;
    if (base === undefined || parseWorkerName(name)?.base !== base) continue;
    if (service.repo === undefined || (await normalAddress(service.repo)) !== repo) continue;
    const plan = serviceDetails?.plan;
    orphans.push({
      id,
      name,
      isSuspended: isSuspended(service),
      createdAt,
      ageDays: Math.floor((Date.now() - new Date(createdAt).getTime()) / dayMilliseconds),
      plan,
      monthlyDollars:
        plan !== undefined && Object.hasOwn(monthlyDollars, plan) ? monthlyDollars[plan] : undefined,
      dashboardUrl,
    });
  }
  return orphans;
}
