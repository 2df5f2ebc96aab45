import type { TotalName, Totals } from "@shap-service/jobs";
import { Counter, type Registry } from "prom-client";

/** What the totals of all processes are called at /metrics. Sum them over nothing: every web process shows the same. */
export const totalCounters: Readonly<Record<TotalName, readonly [name: string, help: string]>> = {
  jobsSubmitted: ["shap_jobs_submitted_total", "Jobs whose rows have all arrived"],
  jobRowsSubmitted: ["shap_job_rows_submitted_total", "Rows of those jobs"],
  jobsCompleted: ["shap_jobs_completed_total", "Jobs whose result is whole"],
  jobsFailed: ["shap_jobs_failed_total", "Jobs that failed, uploads that were broken off among them"],
  jobsCancelled: ["shap_jobs_cancelled_total", "Jobs deleted before they ended"],
  rowsExplained: [
    "shap_job_rows_explained_total",
    "Rows of jobs explained by workers, repeated work included",
  ],
  chunksExplained: ["shap_chunks_explained_total", "Chunks explained by workers"],
  chunkSeconds: ["shap_chunk_seconds_total", "Time spent on those chunks"],
  chunksFailed: ["shap_chunks_failed_total", "Chunks given up after their last try"],
  chunksStalled: ["shap_chunks_stalled_total", "Chunks that came back because their worker went silent"],
  lockFailures: ["shap_lock_failures_total", "Renewals of a chunk's lock that failed"],
  nameCollisions: ["shap_worker_name_collisions_total", "Worker names that were taken"],
  redisReconnects: [
    "shap_worker_redis_reconnects_total",
    "Times a worker's connection to Redis was made anew",
  ],
  explainersCompiled: ["shap_worker_compiled_explainers_total", "Explainers compiled by workers"],
  compileSeconds: ["shap_worker_compile_seconds_total", "Time workers spent on compiling explainers"],
};

/**
 * One of the totals as a counter. While the store is away it has no value: a counter that shows 0 for a while would
 * look like a restart, and like a burst of work afterwards.
 */
export class TotalCounter extends Counter {
  constructor(
    name: string,
    help: string,
    registers: Registry[],
    private readonly total: () => Promise<number | undefined>,
  ) {
    super({ name, help, registers });
  }

  override async get() {
    const metric = await super.get();
    const total = await this.total();
    return { ...metric, values: total === undefined ? [] : [{ value: total, labels: {} }] };
  }
}

/** Registers all of them. However many are asked for in one scrape, the store is read once. */
export function registerTotals(registers: Registry[], totals: Totals, before: () => Promise<void>): void {
  let reading: Promise<Record<TotalName, number> | undefined> | undefined;
  const read = () => {
    reading ??= before()
      .then(() => totals.read())
      .catch(() => undefined)
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  for (const [total, [name, help]] of Object.entries(totalCounters)) {
    new TotalCounter(name, help, registers, async () => (await read())?.[total as TotalName]);
  }
}
