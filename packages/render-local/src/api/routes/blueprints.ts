import express, { type Request, Router } from "express";
import { z } from "zod";
import { conflicts, plannedCreations } from "../../blueprint/apply-blueprint.js";
import type { ConnectedBlueprint } from "../../blueprint/connected-blueprint.js";
import { readBlueprint } from "../../blueprint/read-blueprint.js";
import { ApiError } from "../../errors.js";
import type { ApiContext } from "../context.js";
import { page } from "../pagination.js";
import { presentBlueprint, presentSync } from "../present.js";
import { body, texts } from "../query.js";

const patchSchema = z.object({
  name: z.string().min(1).optional(),
  autoSync: z.boolean().optional(),
  path: z.string().min(1).optional(),
});

export function blueprintRoutes(context: ApiContext): Router {
  const { workspace } = context;
  const blueprintOf = (request: Request): ConnectedBlueprint => {
    const blueprint = context.blueprint();
    if (blueprint?.id === request.params.blueprintId) return blueprint;
    throw new ApiError(404, `not found: blueprint ${request.params.blueprintId}`);
  };

  return Router()
    .get("/blueprints", (request, response) => {
      const owners = texts(request, "ownerId");
      const isWanted = owners.length === 0 || owners.includes(workspace.owner.id);
      const blueprint = context.blueprint();
      const all = blueprint && isWanted ? [blueprint] : [];
      response.json(page(request, all, "blueprint", ({ id }) => id, presentBlueprint));
    })
    .post(
      "/blueprints/validate",
      express.raw({ type: "multipart/form-data", limit: "11mb" }),
      async (request, response) => {
        response.json(await validate(context, request));
      },
    )
    .get("/blueprints/:blueprintId", (request, response) => {
      const blueprint = blueprintOf(request);
      response.json({ ...presentBlueprint(blueprint), resources: blueprint.resources });
    })
    .patch("/blueprints/:blueprintId", (request, response) => {
      const blueprint = blueprintOf(request);
      const { name, autoSync, path } = body(request, patchSchema);
      blueprint.name = name ?? blueprint.name;
      blueprint.autoSync = autoSync ?? blueprint.autoSync;
      blueprint.path = path ?? blueprint.path;
      response.json(presentBlueprint(blueprint));
    })
    .get("/blueprints/:blueprintId/syncs", (request, response) => {
      const { syncs } = blueprintOf(request);
      response.json(page(request, syncs, "sync", ({ id }) => id, presentSync));
    });
}

/** Always 200: whether the file is valid is in the answer. */
async function validate(context: ApiContext, request: Request): Promise<object> {
  const { workspace } = context;
  const form = await multipart(request);
  const ownerId = form.get("ownerId");
  const file = form.get("file");
  if (ownerId !== workspace.owner.id) throw new ApiError(400, "ownerId: there is no such workspace");
  if (file === null) throw new ApiError(400, "file is required");
  const reading = readBlueprint(typeof file === "string" ? file : await file.text());
  if (!reading.valid) return { valid: false, errors: reading.problems };
  const payment = context.blueprint()?.payment ?? true;
  const problems = conflicts(workspace, reading.blueprint, { payment });
  if (problems.length > 0) return { valid: false, errors: problems.map((error) => ({ error })) };
  return { valid: true, plan: plannedCreations(workspace, reading.blueprint) };
}

async function multipart(request: Request): Promise<FormData> {
  const type = request.get("content-type") ?? "";
  try {
    const answer = new Response(request.body as Buffer<ArrayBuffer>, { headers: { "content-type": type } });
    return await answer.formData();
  } catch {
    throw new ApiError(400, "the body must be multipart/form-data with ownerId and file");
  }
}
