import type { Request } from "express";
import type { ConnectedBlueprint } from "../blueprint/connected-blueprint.js";
import { ApiError } from "../errors.js";
import type { KeyValue } from "../key-value/key-value.js";
import type { Service } from "../service/service.js";
import type { Metrics } from "../workspace/metrics.js";
import type { Workspace } from "../workspace/workspace.js";

/** What the routes answer from. */
export interface ApiContext {
  workspace: Workspace;
  blueprint: () => ConnectedBlueprint | undefined;
  metrics: Metrics;
  /** Where the API is reached, without path. */
  origin: () => string;
}

/** The service a path names. @throws ApiError 404 */
export function serviceOf({ workspace }: ApiContext, request: Request): Service {
  const id = String(request.params.serviceId);
  const service = workspace.services.get(id);
  if (!service) throw new ApiError(404, `not found: service ${id}`);
  return service;
}

/** The Key Value instance a path names. @throws ApiError 404 */
export function keyValueOf({ workspace }: ApiContext, request: Request): KeyValue {
  const id = String(request.params.keyValueId);
  const keyValue = workspace.keyValues.get(id);
  if (!keyValue) throw new ApiError(404, `not found: key value ${id}`);
  return keyValue;
}
