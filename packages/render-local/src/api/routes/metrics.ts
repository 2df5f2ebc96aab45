import { type Request, Router } from "express";
import { ApiError } from "../../errors.js";
import type { Sample } from "../../workspace/metrics.js";
import type { ApiContext } from "../context.js";
import { milliseconds, text, texts } from "../query.js";

const hour = 3_600_000;

/** How each metric is read from the samples of one step. */
const metrics: Record<string, { unit: string; value: (samples: Sample[]) => number }> = {
  memory: { unit: "bytes", value: (samples) => Math.max(...samples.map((sample) => sample.memoryBytes)) },
  "memory-limit": { unit: "bytes", value: (samples) => samples[0].memoryLimitBytes },
  cpu: { unit: "cpu", value: (samples) => mean(samples.map((sample) => sample.cpus)) },
  "cpu-limit": { unit: "cpu", value: (samples) => samples[0].cpuLimit },
};

const cpuAggregations: Record<string, (values: number[]) => number> = {
  AVG: mean,
  MAX: (values) => Math.max(...values),
  MIN: (values) => Math.min(...values),
};

export function metricRoutes(context: ApiContext): Router {
  const router = Router();
  for (const name of Object.keys(metrics)) {
    router.get(`/metrics/${name}`, (request, response) => {
      response.json(series(context, request, name));
    });
  }
  return router.get("/metrics/instance-count", (request, response) => {
    const counts = resourcesOf(context, request).map((id) => ({
      labels: [{ field: "resource", value: id }],
      values: [
        {
          timestamp: new Date().toISOString(),
          value: context.workspace.services.get(id)?.fleet.instances.length ?? 0,
          unit: "instances",
        },
      ],
      unit: "instances",
    }));
    response.json(counts);
  });
}

function series(context: ApiContext, request: Request, name: string): object[] {
  const { unit, value } = metrics[name];
  const to = milliseconds(request, "endTime") ?? Date.now();
  const from = milliseconds(request, "startTime") ?? to - hour;
  const resolution = Number(text(request, "resolutionSeconds") ?? 60);
  if (!(resolution >= 30)) throw new ApiError(400, "resolutionSeconds must be at least 30");
  const aggregation = text(request, "aggregationMethod");
  const aggregate = name === "cpu" && aggregation ? cpuAggregations[aggregation] : undefined;
  if (name === "cpu" && aggregation && !aggregate)
    throw new ApiError(400, "aggregationMethod: AVG, MAX or MIN");
  const read = aggregate ? (samples: Sample[]) => aggregate(samples.map((sample) => sample.cpus)) : value;
  const resources = resourcesOf(context, request);
  const found = context.metrics.series(resources, texts(request, "instance"), from, to, resolution);
  return [...found].map(([instance, { resource, steps }]) => ({
    labels: [
      { field: "resource", value: resource },
      { field: "instance", value: instance },
    ],
    values: [...steps].map(([at, samples]) => ({
      timestamp: new Date(at).toISOString(),
      value: read(samples),
      // The published document asks for the unit here as well as beside the list.
      unit,
    })),
    unit,
  }));
}

function resourcesOf({ workspace }: ApiContext, request: Request): string[] {
  const ids = [...texts(request, "resource"), ...texts(request, "service")];
  if (ids.length === 0) throw new ApiError(400, "resource is required");
  for (const id of ids) {
    if (!workspace.services.has(id) && !workspace.keyValues.has(id)) {
      throw new ApiError(400, `invalid resource: there is no ${id}`);
    }
  }
  return ids;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
