import { type Request, Router } from "express";
import { ApiError } from "../../errors.js";
import type { ServiceEvent } from "../../workspace/events.js";
import { type ApiContext, serviceOf } from "../context.js";
import { page } from "../pagination.js";
import { milliseconds, texts } from "../query.js";

const hour = 3_600_000;

export function eventRoutes(context: ApiContext): Router {
  const { workspace } = context;
  const { events } = workspace.platform;

  const list = (request: Request, all: ServiceEvent[]): object[] => {
    const types = texts(request, "type");
    const from = milliseconds(request, "startTime") ?? Date.now() - hour;
    const to = milliseconds(request, "endTime") ?? Number.POSITIVE_INFINITY;
    const found = all.filter(({ type, timestamp }) => {
      const at = Date.parse(timestamp);
      return at >= from && at <= to && (types.length === 0 || types.includes(type));
    });
    return page(
      request,
      found.reverse(),
      "event",
      ({ id }) => id,
      (event) => event,
    );
  };

  return Router()
    .get("/services/:serviceId/events", (request, response) => {
      response.json(list(request, events.of(serviceOf(context, request).id)));
    })
    .get("/events/:eventId", (request, response) => {
      const event = events.all.find(({ id }) => id === request.params.eventId);
      if (!event) throw new ApiError(404, `not found: event ${request.params.eventId}`);
      response.json(event);
    });
}
