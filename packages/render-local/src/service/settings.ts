import type { BlueprintServer } from "../blueprint/schema.js";
import { type ComputePlan, computePlan } from "../plans.js";

/** The kinds of services that are emulated, as the REST API names them. */
export type ServiceType = "web_service" | "private_service" | "background_worker";

/** What a service is told by its Blueprint, the dashboard or the API. */
export interface ServiceSettings {
  runtime: string;
  plan: ComputePlan;
  region: string;
  branch: string;
  rootDir: string;
  buildCommand: string;
  startCommand: string;
  preDeployCommand: string;
  healthCheckPath: string;
  autoDeployTrigger: "commit" | "checksPass" | "off";
  maxShutdownDelaySeconds: number;
  numInstances: number;
  buildFilter: { paths: string[]; ignoredPaths: string[] } | undefined;
}

const serviceTypes: Record<BlueprintServer["type"], ServiceType> = {
  web: "web_service",
  pserv: "private_service",
  worker: "background_worker",
};

/** The API's name of a Blueprint's service type. */
export function serviceType(type: BlueprintServer["type"]): ServiceType {
  return serviceTypes[type];
}

/** RENDER_SERVICE_TYPE of a service: the Blueprint's name of its type. */
export function blueprintType(type: ServiceType): BlueprintServer["type"] {
  const found = Object.entries(serviceTypes).find(([, apiType]) => apiType === type);
  return found?.[0] as BlueprintServer["type"];
}

/** The settings that a service of a Blueprint asks for; `branch` is the Blueprint's own. */
export function settingsOf(entry: BlueprintServer, branch: string): ServiceSettings {
  const fromAutoDeploy = entry.autoDeploy === false ? "off" : "commit";
  return {
    runtime: entry.runtime,
    plan: computePlan(entry.plan) as ComputePlan,
    region: entry.region,
    branch: entry.branch ?? branch,
    rootDir: entry.rootDir,
    buildCommand: entry.buildCommand,
    startCommand: entry.startCommand,
    preDeployCommand: entry.preDeployCommand ?? "",
    healthCheckPath: entry.type === "web" ? entry.healthCheckPath : "",
    autoDeployTrigger: entry.autoDeployTrigger ?? fromAutoDeploy,
    maxShutdownDelaySeconds: entry.maxShutdownDelaySeconds,
    numInstances: entry.numInstances,
    buildFilter: entry.buildFilter,
  };
}

/** The names of the settings that differ. */
export function changedSettings(before: ServiceSettings, after: ServiceSettings): (keyof ServiceSettings)[] {
  const names = Object.keys(after) as (keyof ServiceSettings)[];
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}
