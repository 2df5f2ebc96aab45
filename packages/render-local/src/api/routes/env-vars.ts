import { Router } from "express";
import { z } from "zod";
import { ApiError } from "../../errors.js";
import { generateValue } from "../../service/environment.js";
import { type ApiContext, serviceOf } from "../context.js";
import { page } from "../pagination.js";
import { body } from "../query.js";

const key = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, "not a valid name for a variable");
const given = z.object({ value: z.string() });
const generated = z.object({ generateValue: z.literal(true) });
const one = z.union([given, generated]);
const all = z.array(z.union([given.extend({ key }), generated.extend({ key })]));

/** The variables set on a service itself. Changes come into force with the next deploy. */
export function envVarRoutes(context: ApiContext): Router {
  const entry = ([name, value]: [string, string]): object => ({ key: name, value });
  const wantedValue = (variable: z.output<typeof one>): string =>
    "value" in variable ? variable.value : generateValue();

  return Router()
    .get("/services/:serviceId/env-vars", (request, response) => {
      const { variables } = serviceOf(context, request);
      response.json(page(request, [...variables], "envVar", ([name]) => name, entry));
    })
    .put("/services/:serviceId/env-vars", (request, response) => {
      const service = serviceOf(context, request);
      const wanted = body(request, all);
      service.variables.clear();
      for (const variable of wanted) service.variables.set(variable.key, wantedValue(variable));
      service.touch();
      response.json(page(request, [...service.variables], "envVar", ([name]) => name, entry));
    })
    .get("/services/:serviceId/env-vars/:key", (request, response) => {
      const value = serviceOf(context, request).variables.get(request.params.key);
      if (value === undefined) throw new ApiError(404, `not found: variable ${request.params.key}`);
      response.json({ key: request.params.key, value });
    })
    .put("/services/:serviceId/env-vars/:key", (request, response) => {
      const service = serviceOf(context, request);
      const name = key.safeParse(request.params.key);
      if (!name.success) throw new ApiError(400, `${request.params.key} is not a valid name for a variable`);
      const value = wantedValue(body(request, one));
      service.variables.set(name.data, value);
      service.touch();
      response.json({ key: name.data, value });
    })
    .delete("/services/:serviceId/env-vars/:key", (request, response) => {
      const service = serviceOf(context, request);
      if (!service.variables.delete(request.params.key)) {
        throw new ApiError(404, `not found: variable ${request.params.key}`);
      }
      service.touch();
      response.status(204).end();
    });
}
