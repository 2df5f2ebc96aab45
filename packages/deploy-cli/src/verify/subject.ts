import type { Clock } from "../clock.js";
import { usageError } from "../errors.js";
import type { RenderApi } from "../render/render-api.js";
import type { RenderKeyValue, RenderService } from "../render/schemas.js";
import { keyValueNamed, serviceNamed } from "../render/workspace.js";
import { ServiceClient } from "../service/service-client.js";
import type { Secrets } from "../terminal/secrets.js";

/** The running system that is looked at from outside. */
export interface Subject {
  api: RenderApi;
  clock: Clock;
  service: ServiceClient;
  ownerId: string;
  commit: string;
  web: RenderService;
  worker: RenderService;
  keyValue: RenderKeyValue | undefined;
  /** What happened before is none of this version's. */
  since: Date;
  /** Worker services that may still be there: they are retired after the verification. */
  allowedWorkers: readonly string[];
  /** Where model files may lie, to compute the test job's values here. */
  modelFiles: readonly string[];
  /** Seconds for which Redis is watched. */
  watchSeconds: number;
  /** A line on what is being done. */
  say: (doing: string) => void;
}

export interface SubjectNames {
  ownerId: string;
  webName: string;
  workerName: string;
  keyValueName: string | undefined;
}

/** Finds the services by their exact names, and the key to speak to them. */
export async function findSubject(
  api: RenderApi,
  clock: Clock,
  names: SubjectNames,
  secrets: Secrets,
  environmentKey: string | undefined,
  signal?: AbortSignal,
): Promise<Pick<Subject, "api" | "clock" | "service" | "ownerId" | "web" | "worker" | "keyValue">> {
  const { ownerId } = names;
  const services = await api.services(ownerId);
  const web = serviceNamed(services, names.webName);
  const worker = serviceNamed(services, names.workerName);
  if (!web || !worker) {
    throw usageError(
      `${web ? names.workerName : names.webName} is not on Render.`,
      "service_missing",
      "shap-deploy status shows what is there; shap-deploy deploy brings it",
    );
  }
  const url = web.serviceDetails?.url;
  if (!url) throw usageError(`Render tells no address of ${web.name}.`, "no_url");
  const keyValues = names.keyValueName === undefined ? [] : await api.keyValues(ownerId);
  // The key of the environment first; else the one that Render made, which its API tells.
  const apiKey = environmentKey || (await api.envVar(web.id, "SHAP_API_KEY"));
  secrets.add(apiKey);
  const service = new ServiceClient(url.replace(/\/+$/, ""), apiKey, clock, signal);
  return {
    api,
    clock,
    service,
    ownerId,
    web,
    worker,
    keyValue: keyValueNamed(keyValues, names.keyValueName ?? ""),
  };
}
