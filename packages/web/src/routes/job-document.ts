import type { Job } from "@shap-service/jobs";
import type { JobAnswer } from "../openapi/answers.js";

/** A job as clients see it. Absent: not known yet. */
export function jobDocument(job: Job): JobAnswer {
  return {
    id: job.id,
    state: job.state,
    model: job.model,
    precision: job.precision ?? "float64",
    rowsDone: job.rowsDone,
    rowsTotal: job.rowsTotal,
    rows: job.rowsTotal,
    error: job.error,
    createdAt: isoTime(job.createdAt),
    startedAt: isoTime(job.startedAt),
    finishedAt: isoTime(job.finishedAt),
    links: {
      self: `/v1/jobs/${job.id}`,
      ...(job.state === "completed" ? { result: `/v1/jobs/${job.id}/result` } : {}),
    },
  };
}

const isoTime = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();
