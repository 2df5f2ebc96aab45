import type { Blueprint, KeyValueService, WebService, WorkerService } from "./schema.js";
import { parseWorkerName } from "./stamp.js";

/** A service of the Blueprint with its place in the `services` list. */
export interface Placed<S> {
  service: S;
  index: number;
}

/** Which entries of a render.yaml are this system's web service, worker and Key Value. */
export interface Roles {
  web?: Placed<WebService>;
  worker?: Placed<WorkerService>;
  keyValue?: Placed<KeyValueService>;
  /** Why a role could not be given. */
  problems: { role: "web" | "worker" | "Key Value"; message: string; fix: string }[];
}

/**
 * Finds the roles. A Blueprint may hold other services: then the worker is the one named `<base>-worker...`,
 * the web service the one named `<base>-web`, and Key Value the one the worker's REDIS_URL comes from.
 */
export function findRoles(blueprint: Blueprint): Roles {
  const placed = blueprint.services.map((service, index) => ({ service, index }));
  const workers = placed.filter((entry): entry is Placed<WorkerService> => entry.service.type === "worker");
  const webs = placed.filter(
    (entry): entry is Placed<WebService> =>
      entry.service.type === "web" && entry.service.runtime !== "static",
  );
  const stores = placed.filter((entry): entry is Placed<KeyValueService> => isKeyValue(entry.service));
  const problems: Roles["problems"] = [];

  const worker = choose(workers, (service) => parseWorkerName(service.name) !== undefined);
  const base = worker && parseWorkerName(worker.service.name)?.base;
  const web = choose(webs, (service) => service.name === `${base}-web`);
  const named = worker ? (redisSource(worker.service) ?? (web && redisSource(web.service))) : undefined;
  const keyValue = choose(stores, (service) => service.name === named);

  if (!worker) {
    problems.push({
      role: "worker",
      message:
        workers.length === 0
          ? "there is no service of type worker: jobs would wait for ever"
          : `there are ${workers.length} workers and it is not clear which one is this system's`,
      fix: "name it <base>-worker-<stamp>, like shap-worker-20260101000000; shap-deploy init shows one",
    });
  }
  if (!web) {
    problems.push({
      role: "web",
      message:
        webs.length === 0
          ? "there is no service of type web"
          : `there are ${webs.length} web services and it is not clear which one is this system's`,
      fix: `name it ${base ?? "<base>"}-web, after the worker's ${base ?? "<base>"}-worker`,
    });
  }
  if (!keyValue) {
    problems.push({
      role: "Key Value",
      message:
        stores.length === 0
          ? "there is no service of type keyvalue: web and worker would not share a queue"
          : `there are ${stores.length} Key Value instances and the worker's REDIS_URL names none of them`,
      fix: "add {type: keyvalue, maxmemoryPolicy: noeviction, ipAllowList: []} and take REDIS_URL from it with fromService",
    });
  }
  return { web, worker, keyValue, problems };
}

export function isKeyValue(service: { type: string }): service is KeyValueService {
  return service.type === "keyvalue" || service.type === "redis";
}

function choose<S>(entries: Placed<S>[], preferred: (service: S) => boolean): Placed<S> | undefined {
  if (entries.length === 1) return entries[0];
  const matching = entries.filter(({ service }) => preferred(service));
  return matching.length === 1 ? matching[0] : undefined;
}

function redisSource(service: WebService | WorkerService): string | undefined {
  for (const entry of service.envVars ?? []) {
    if ("fromService" in entry && entry.key === "REDIS_URL") return entry.fromService.name;
  }
  return undefined;
}
