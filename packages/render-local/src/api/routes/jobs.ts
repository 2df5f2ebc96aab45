import { type Request, Router } from "express";
import { z } from "zod";
import { ApiError } from "../../errors.js";
import { OneOffJob } from "../../service/one-off-job.js";
import type { Service } from "../../service/service.js";
import { type ApiContext, serviceOf } from "../context.js";
import { page } from "../pagination.js";
import { presentJob } from "../present.js";
import { body, texts, within } from "../query.js";

const createSchema = z.object({ startCommand: z.string().min(1), planId: z.string().optional() });

/** One-off jobs: a command in the live build of a service. */
export function jobRoutes(context: ApiContext): Router {
  const jobOf = (service: Service, request: Request): OneOffJob => {
    const id = String(request.params.jobId);
    const job = service.jobs.find((one) => one.id === id);
    if (!job) throw new ApiError(404, `not found: job ${id}`);
    return job;
  };

  return Router()
    .post("/services/:serviceId/jobs", (request, response) => {
      const service = serviceOf(context, request);
      const { startCommand, planId } = body(request, createSchema);
      const { release } = service.fleet;
      if (!release) throw new ApiError(400, "the service has no live build to run a job with");
      const job = new OneOffJob(service, release, startCommand, planId ?? `plan-${service.id}`);
      service.jobs.unshift(job);
      response.status(201).json(presentJob(job, service));
    })
    .get("/services/:serviceId/jobs", (request, response) => {
      const service = serviceOf(context, request);
      const statuses = texts(request, "status");
      const created = within(request, "created");
      const started = within(request, "started");
      const finished = within(request, "finished");
      const jobs = service.jobs.filter(
        (job) =>
          (statuses.length === 0 || statuses.includes(job.status)) &&
          created(job.createdAt) &&
          started(job.startedAt) &&
          finished(job.finishedAt),
      );
      response.json(
        page(
          request,
          jobs,
          "job",
          ({ id }) => id,
          (job) => presentJob(job, service),
        ),
      );
    })
    .get("/services/:serviceId/jobs/:jobId", (request, response) => {
      const service = serviceOf(context, request);
      response.json(presentJob(jobOf(service, request), service));
    })
    .post("/services/:serviceId/jobs/:jobId/cancel", async (request, response) => {
      const service = serviceOf(context, request);
      const job = jobOf(service, request);
      if (job.finishedAt) throw new ApiError(400, `the job is ${job.status}`);
      job.cancel();
      await job.ended;
      response.json(presentJob(job, service));
    });
}
