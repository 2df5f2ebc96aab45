import { Router } from "express";
import { z } from "zod";
import { ApiError } from "../../errors.js";
import { computePlan } from "../../plans.js";
import type { Service } from "../../service/service.js";
import { type ApiContext, serviceOf } from "../context.js";
import { page } from "../pagination.js";
import { presentService } from "../present.js";
import { body, texts, within } from "../query.js";

const patchSchema = z.object({
  name: z.string().min(1).optional(),
  branch: z.string().min(1).optional(),
  rootDir: z.string().optional(),
  autoDeploy: z.enum(["yes", "no"]).optional(),
  autoDeployTrigger: z.enum(["commit", "checksPass", "off"]).optional(),
  buildFilter: z.object({ paths: z.array(z.string()), ignoredPaths: z.array(z.string()) }).optional(),
  serviceDetails: z
    .object({
      plan: z
        .string()
        .refine((name) => computePlan(name) !== undefined, "unknown plan")
        .optional(),
      healthCheckPath: z.string().optional(),
      preDeployCommand: z.string().optional(),
      maxShutdownDelaySeconds: z.int().min(1).max(300).optional(),
      envSpecificDetails: z
        .object({ buildCommand: z.string().optional(), startCommand: z.string().min(1).optional() })
        .optional(),
    })
    .optional(),
});

export function serviceRoutes(context: ApiContext): Router {
  const { workspace } = context;
  const { platform } = workspace;
  const present = (service: Service): object =>
    presentService(service, workspace.owner, platform.remote.url, context.origin());

  return Router()
    .get("/services", (request, response) => {
      const filter = (name: string, value: string): boolean => {
        const wanted = texts(request, name);
        return wanted.length === 0 || wanted.includes(value);
      };
      const names = texts(request, "name");
      const created = within(request, "created");
      const updated = within(request, "updated");
      const services = [...workspace.services.values()].filter(
        (service) =>
          // As users report it of Render: `api` finds api-staging too.
          (names.length === 0 || names.some((name) => service.name.includes(name))) &&
          filter("type", service.type) &&
          filter("env", service.settings.runtime) &&
          filter("region", service.settings.region) &&
          filter("suspended", service.isSuspended ? "suspended" : "not_suspended") &&
          filter("ownerId", workspace.owner.id) &&
          filter("environmentId", "") &&
          created(service.createdAt) &&
          updated(service.updatedAt),
      );
      response.json(page(request, services.reverse(), "service", ({ id }) => id, present));
    })
    .get("/services/:serviceId", (request, response) => {
      response.json(present(serviceOf(context, request)));
    })
    .patch("/services/:serviceId", (request, response) => {
      const service = serviceOf(context, request);
      patch(context, service, body(request, patchSchema));
      response.json(present(service));
    })
    .delete("/services/:serviceId", async (request, response) => {
      await workspace.removeService(serviceOf(context, request));
      response.status(204).end();
    })
    .post("/services/:serviceId/suspend", (request, response) => {
      void serviceOf(context, request).suspend();
      response.status(202).end();
    })
    .post("/services/:serviceId/resume", (request, response) => {
      serviceOf(context, request).resume();
      response.status(202).end();
    })
    .post("/services/:serviceId/restart", (request, response) => {
      const service = serviceOf(context, request);
      if (service.isSuspended) throw new ApiError(400, "the service is suspended: resume it instead");
      service.restart(platform.user.id);
      response.status(200).end();
    })
    .post("/services/:serviceId/scale", (request, response) => {
      const service = serviceOf(context, request);
      const { numInstances } = body(request, z.object({ numInstances: z.int().min(1).max(100) }));
      service.scale(numInstances);
      response.status(202).end();
    })
    .get("/services/:serviceId/instances", (request, response) => {
      const { fleet } = serviceOf(context, request);
      response.json(fleet.instances.map(({ id, createdAt }) => ({ id, createdAt })));
    });
}

function patch({ workspace }: ApiContext, service: Service, change: z.output<typeof patchSchema>): void {
  const { name, branch, rootDir, buildFilter, serviceDetails: details } = change;
  if (name && name !== service.name && (workspace.serviceNamed(name) || workspace.keyValueNamed(name))) {
    throw new ApiError(409, `the name ${name} is taken`);
  }
  const before = service.settings;
  const fromAutoDeploy = change.autoDeploy && (change.autoDeploy === "yes" ? "commit" : "off");
  const autoDeployTrigger = change.autoDeployTrigger ?? fromAutoDeploy ?? before.autoDeployTrigger;
  const plan = (details?.plan && computePlan(details.plan)) || before.plan;
  const { events } = service.platform;
  if (plan !== before.plan) {
    events.record(service.id, "plan_changed", { from: before.plan.apiName, to: plan.apiName });
  }
  service.name = name ?? service.name;
  service.settings = {
    ...before,
    plan,
    autoDeployTrigger,
    branch: branch ?? before.branch,
    rootDir: rootDir ?? before.rootDir,
    buildFilter: buildFilter ?? before.buildFilter,
    healthCheckPath: details?.healthCheckPath ?? before.healthCheckPath,
    preDeployCommand: details?.preDeployCommand ?? before.preDeployCommand,
    maxShutdownDelaySeconds: details?.maxShutdownDelaySeconds ?? before.maxShutdownDelaySeconds,
    buildCommand: details?.envSpecificDetails?.buildCommand ?? before.buildCommand,
    startCommand: details?.envSpecificDetails?.startCommand ?? before.startCommand,
  };
  service.touch();
}
