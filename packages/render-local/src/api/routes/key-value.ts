import { Router } from "express";
import { z } from "zod";
import { ApiError } from "../../errors.js";
import type { KeyValue, KeyValueSettings } from "../../key-value/key-value.js";
import { keyValuePlan } from "../../plans.js";
import { type ApiContext, keyValueOf } from "../context.js";
import { page } from "../pagination.js";
import { presentKeyValue } from "../present.js";
import { body, texts, within } from "../query.js";

const policies = ["noeviction"].concat(
  ["allkeys", "volatile"].flatMap((keys) => ["lfu", "lru", "random"].map((how) => `${keys}_${how}`)),
  "volatile_ttl",
);
const patchSchema = z.object({
  name: z.string().min(1).optional(),
  plan: z
    .string()
    .refine((name) => keyValuePlan(name) !== undefined, "unknown plan")
    .optional(),
  maxmemoryPolicy: z.enum(policies).optional(),
  ipAllowList: z.array(z.object({ cidrBlock: z.string(), description: z.string() })).optional(),
});

export function keyValueRoutes(context: ApiContext): Router {
  const { workspace } = context;
  const present = (keyValue: KeyValue): object =>
    presentKeyValue(keyValue, workspace.owner, context.origin());

  return Router()
    .get("/key-value", (request, response) => {
      const filter = (name: string, value: string): boolean => {
        const wanted = texts(request, name);
        return wanted.length === 0 || wanted.includes(value);
      };
      const created = within(request, "created");
      const updated = within(request, "updated");
      const found = [...workspace.keyValues.values()].filter(
        (keyValue) =>
          filter("name", keyValue.name) &&
          filter("region", keyValue.settings.region) &&
          filter("ownerId", workspace.owner.id) &&
          filter("environmentId", "") &&
          created(keyValue.createdAt) &&
          updated(keyValue.updatedAt),
      );
      response.json(page(request, found.reverse(), "keyValue", ({ id }) => id, present));
    })
    .get("/key-value/:keyValueId", (request, response) => {
      response.json(present(keyValueOf(context, request)));
    })
    .get("/key-value/:keyValueId/connection-info", (request, response) => {
      const { connectionString, port } = keyValueOf(context, request);
      response.json({
        internalConnectionString: connectionString,
        externalConnectionString: connectionString,
        cliCommand: `redis-cli -h 127.0.0.1 -p ${port}`,
      });
    })
    .patch("/key-value/:keyValueId", async (request, response) => {
      const keyValue = keyValueOf(context, request);
      await keyValue.update(patched(context, keyValue, body(request, patchSchema)));
      response.json(present(keyValue));
    })
    .post("/key-value/:keyValueId/suspend", async (request, response) => {
      await keyValueOf(context, request).suspend();
      response.status(202).end();
    })
    .post("/key-value/:keyValueId/resume", async (request, response) => {
      await keyValueOf(context, request).resume();
      response.status(202).end();
    })
    .delete("/key-value/:keyValueId", async (request, response) => {
      await workspace.removeKeyValue(keyValueOf(context, request));
      response.status(204).end();
    });
}

function patched(
  { workspace }: ApiContext,
  keyValue: KeyValue,
  change: z.output<typeof patchSchema>,
): KeyValueSettings {
  const { settings } = keyValue;
  const { name, ipAllowList, maxmemoryPolicy } = change;
  if (name && name !== settings.name && (workspace.keyValueNamed(name) || workspace.serviceNamed(name))) {
    throw new ApiError(409, `the name ${name} is taken`);
  }
  const plan = (change.plan && keyValuePlan(change.plan)) || settings.plan;
  if (plan.memoryBytes < settings.plan.memoryBytes) {
    throw new ApiError(400, "a Key Value instance can only change to a larger plan");
  }
  return {
    ...settings,
    plan,
    name: name ?? settings.name,
    ipAllowList: ipAllowList ?? settings.ipAllowList,
    maxmemoryPolicy: maxmemoryPolicy?.replaceAll("_", "-") ?? settings.maxmemoryPolicy,
  };
}
