import type { BlueprintSync, ConnectedBlueprint } from "../blueprint/connected-blueprint.js";
import type { KeyValue } from "../key-value/key-value.js";
import type { Deploy } from "../service/deploy.js";
import type { OneOffJob } from "../service/one-off-job.js";
import type { Service } from "../service/service.js";
import type { Owner } from "../workspace/workspace.js";

/** How the things of the workspace look in the REST API. Fields without a value are left out, as Render does. */

export function presentService(service: Service, owner: Owner, repo: string, origin: string): object {
  const { settings } = service;
  const isAutomatic = settings.autoDeployTrigger !== "off";
  return {
    id: service.id,
    autoDeploy: isAutomatic ? "yes" : "no",
    autoDeployTrigger: settings.autoDeployTrigger,
    branch: settings.branch,
    buildFilter: settings.buildFilter,
    createdAt: service.createdAt,
    dashboardUrl: `${origin}/dashboard/${service.id}`,
    name: service.name,
    notifyOnFail: "default",
    ownerId: owner.id,
    repo,
    rootDir: settings.rootDir,
    slug: service.slug,
    suspended: service.isSuspended ? "suspended" : "not_suspended",
    suspenders: [...service.suspenders],
    type: service.type,
    updatedAt: service.updatedAt,
    serviceDetails: presentDetails(service),
  };
}

function presentDetails(service: Service): object {
  const { settings, type, fleet } = service;
  const ports = fleet.instances.flatMap((instance) => instance.port ?? []);
  return {
    env: settings.runtime,
    runtime: settings.runtime,
    envSpecificDetails: {
      buildCommand: settings.buildCommand,
      startCommand: settings.startCommand,
      ...(settings.preDeployCommand === "" ? {} : { preDeployCommand: settings.preDeployCommand }),
    },
    numInstances: settings.numInstances,
    plan: settings.plan.apiName,
    region: settings.region,
    buildPlan: "starter",
    previews: { generation: "off" },
    pullRequestPreviewsEnabled: "no",
    maxShutdownDelaySeconds: settings.maxShutdownDelaySeconds,
    ...(type === "background_worker" ? {} : { openPorts: ports.map((port) => ({ port, protocol: "TCP" })) }),
    ...(type === "web_service" ? { url: service.url, healthCheckPath: settings.healthCheckPath } : {}),
  };
}

export function presentDeploy(deploy: Deploy, service: Service): object {
  const isUnknown = !deploy.isFinished && service.platform.faults.has("unknown-status", service.name);
  return {
    id: deploy.id,
    commit: deploy.commit,
    status: isUnknown ? "warming_up" : deploy.status,
    trigger: deploy.trigger,
    startedAt: deploy.startedAt,
    finishedAt: deploy.finishedAt,
    createdAt: deploy.createdAt,
    updatedAt: deploy.updatedAt,
  };
}

export function presentJob(job: OneOffJob, service: Service): object {
  const { id, startCommand, planId, status, createdAt, startedAt, finishedAt } = job;
  return { id, serviceId: service.id, startCommand, planId, status, createdAt, startedAt, finishedAt };
}

export function presentKeyValue(keyValue: KeyValue, owner: Owner, origin: string): object {
  const { settings, platform } = keyValue;
  const isUnhealthy = platform.faults.has("key-value-unhealthy", settings.name);
  return {
    id: keyValue.id,
    createdAt: keyValue.createdAt,
    updatedAt: keyValue.updatedAt,
    status: isUnhealthy ? "unavailable" : keyValue.status,
    region: settings.region,
    plan: settings.plan.apiName,
    name: settings.name,
    owner,
    options: { maxmemoryPolicy: settings.maxmemoryPolicy.replaceAll("-", "_") },
    ipAllowList: settings.ipAllowList,
    version: keyValue.redisVersion,
    dashboardUrl: `${origin}/dashboard/${keyValue.id}`,
  };
}

export function presentBlueprint(blueprint: ConnectedBlueprint): object {
  const { id, name, status, autoSync, repo, branch, path, syncs } = blueprint;
  const lastSync = syncs.find((sync) => sync.completedAt)?.completedAt;
  return { id, name, status, autoSync, repo, branch, path, lastSync };
}

export function presentSync(sync: BlueprintSync): object {
  const { id, commit, startedAt, completedAt, state } = sync;
  return { id, commit: { id: commit.id }, startedAt, completedAt, state };
}
