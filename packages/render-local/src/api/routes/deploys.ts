import { type Request, Router } from "express";
import { z } from "zod";
import { ApiError } from "../../errors.js";
import type { Deploy } from "../../service/deploy.js";
import type { Service } from "../../service/service.js";
import { type ApiContext, serviceOf } from "../context.js";
import { page } from "../pagination.js";
import { presentDeploy } from "../present.js";
import { body, repeated, within } from "../query.js";

const createSchema = z.object({
  clearCache: z.enum(["clear", "do_not_clear"]).optional(),
  commitId: z.string().min(1).optional(),
  imageUrl: z.string().optional(),
  deployMode: z.enum(["build_and_deploy", "deploy_only"]).optional(),
});

export function deployRoutes(context: ApiContext): Router {
  const deployOf = (service: Service, request: Request): Deploy => {
    const id = String(request.params.deployId);
    const deploy = service.deploys.find(id);
    if (!deploy) throw new ApiError(404, `not found: deploy ${id}`);
    return deploy;
  };

  return Router()
    .post("/services/:serviceId/deploys", async (request, response) => {
      const service = serviceOf(context, request);
      const deploy = await createDeploy(context, service, body(request, createSchema));
      // A deploy that has to wait for another one is answered without body and id.
      if (deploy.status === "queued") response.status(202).end();
      else response.status(201).json(presentDeploy(deploy, service));
    })
    .get("/services/:serviceId/deploys", (request, response) => {
      const service = serviceOf(context, request);
      const statuses = repeated(request, "status").flatMap((status) => status.split(","));
      const created = within(request, "created");
      const updated = within(request, "updated");
      const finished = within(request, "finished");
      const deploys = service.deploys.all.filter(
        (deploy) =>
          (statuses.length === 0 || statuses.includes(deploy.status)) &&
          created(deploy.createdAt) &&
          updated(deploy.updatedAt) &&
          finished(deploy.finishedAt),
      );
      response.json(
        page(
          request,
          deploys,
          "deploy",
          ({ id }) => id,
          (deploy) => presentDeploy(deploy, service),
        ),
      );
    })
    .get("/services/:serviceId/deploys/:deployId", (request, response) => {
      const service = serviceOf(context, request);
      response.json(presentDeploy(deployOf(service, request), service));
    })
    .post("/services/:serviceId/deploys/:deployId/cancel", (request, response) => {
      const service = serviceOf(context, request);
      const deploy = deployOf(service, request);
      if (!deploy.cancel()) throw new ApiError(400, `the deploy is ${deploy.status} and cannot be cancelled`);
      response.json(presentDeploy(deploy, service));
    })
    .post("/services/:serviceId/rollback", (request, response) => {
      const service = serviceOf(context, request);
      const { deployId } = body(request, z.object({ deployId: z.string() }));
      const target = service.deploys.find(deployId);
      if (!target) throw new ApiError(404, `not found: deploy ${deployId}`);
      if (!target.artifact || (target.status !== "deactivated" && target.status !== "live")) {
        throw new ApiError(
          400,
          `the deploy is ${target.status}: only one that was live can be rolled back to`,
        );
      }
      if (service.isSuspended) throw new ApiError(400, "the service is suspended");
      const { commit, artifact } = target;
      const deploy = service.deploy({ commit, artifact, trigger: "rollback", rollbackTarget: target.id });
      response.status(201).json(presentDeploy(deploy, service));
    });
}

async function createDeploy(
  { workspace }: ApiContext,
  service: Service,
  wanted: z.output<typeof createSchema>,
): Promise<Deploy> {
  const { commitId, imageUrl, clearCache, deployMode } = wanted;
  if (imageUrl) throw new ApiError(400, "imageUrl: this service is not built from an image");
  if (deployMode && (commitId || clearCache)) {
    throw new ApiError(400, "deployMode cannot be combined with commitId, imageUrl or clearCache");
  }
  if (service.isSuspended) throw new ApiError(400, "the service is suspended");
  if (deployMode === "deploy_only") {
    const built = service.deploys.live ?? service.deploys.all.find((deploy) => deploy.artifact);
    if (!built?.artifact) throw new ApiError(409, "there is no build to deploy yet");
    return service.deploy({ commit: built.commit, artifact: built.artifact, trigger: "api" });
  }
  const { remote } = workspace.platform;
  const commit = await (commitId ? remote.commit(commitId) : remote.head(service.settings.branch));
  if (!commit)
    throw new ApiError(400, `there is no commit ${commitId ?? `on branch ${service.settings.branch}`}`);
  return service.deploy({ commit, trigger: "api", clearCache: clearCache === "clear" });
}
