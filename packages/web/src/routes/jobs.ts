import { types } from "node:util";
import {
  type Backend,
  baseValueColumns,
  filesOf,
  isFinal,
  type Job,
  JobIntake,
  jobModelOf,
  type ModelCatalogue,
  ModelChangedError,
  newJobId,
  predictionColumns,
  removeJob,
  rowsWithin,
  type ServedModel,
  type Settings,
  valueColumns,
} from "@shap-service/jobs";
import { type Request, type Response, Router } from "express";
import { z } from "zod";
import { requireRole } from "../http/authenticate.js";
import { noQuery } from "../http/no-query.js";
import { ProblemError } from "../http/problem.js";
import type { UnderWay } from "../http/under-way.js";
import { isKnown, negotiateResult } from "../result/negotiate.js";
import { sendResult } from "../result/send-result.js";
import { topColumns } from "../result/top-columns.js";
import { chunksOf, resultWriters } from "../result/write-result.js";
import { dropRest } from "../upload/drop-rest.js";
import { IdempotentRequest } from "../upload/idempotency.js";
import { unpack } from "../upload/unpack.js";
import { uploadReader } from "../upload/upload-readers.js";
import { output, perturbation } from "./explain.js";
import { findModel, NO_MODEL } from "./find-model.js";
import { jobDocument } from "./job-document.js";
import { sendJobEvents } from "./job-events.js";

export const submitQuery = z.strictObject({
  model: z.string().optional(),
  id: z.union([z.string(), z.array(z.string())]).optional(),
  extra: z.enum(["refuse", "ignore"]).default("refuse"),
  /** How the result is kept: float32 takes half the room. */
  precision: z.enum(["float64", "float32"]).default("float64"),
  perturbation,
  output,
});
/** `top`: the k strongest reasons a row instead of every feature's value. */
export const resultQuery = z.strictObject({ top: z.coerce.number().int().min(1).optional() });
type SubmitQuery = z.output<typeof submitQuery>;

export function jobRoutes(
  settings: Settings,
  backend: Backend,
  models: ModelCatalogue,
  uploads: UnderWay,
): Router {
  const router = Router();

  router.post("/", requireRole("write"), async (req, res) => {
    const query = submitQuery.parse(req.query);
    const served = await (query.model === undefined ? onlyModel(models) : findModel(models, query.model));
    const once = await IdempotentRequest.begin(req, res, backend);
    const job =
      once?.earlier === undefined
        ? await uploads.add(takeInOnce(req, once, () => takeIn(req, res, served, query, once)))
        : await findJob(await once.repeat(req));
    res.status(202).location(`/v1/jobs/${job.id}`).setHeader("Retry-After", "1");
    res.json(jobDocument(job));
  });

  router.get("/:id", noQuery, async (req, res) => {
    const job = await findJob(req.params.id);
    res.setHeader("Cache-Control", "no-store");
    res.json(jobDocument(job));
  });

  router.get("/:id/events", noQuery, async (req, res) => {
    await sendJobEvents(req, res, await findJob(req.params.id), backend);
  });

  router.get("/:id/result", async (req, res) => {
    const { top } = resultQuery.parse(req.query);
    const job = await findJob(req.params.id);
    if (job.state !== "completed") {
      throw new ProblemError(
        "job-not-completed",
        `Job ${job.id} is ${job.state}${job.error ? `: ${job.error}` : ""}`,
      );
    }
    const type = negotiateResult(req);
    const open = chunksOf(job, backend.chunks);
    const table = top === undefined ? { job, open } : topColumns(job, open, top);
    // A completed job never changes, and its numbers are determined by its rows and the model's version.
    const etag = `"${job.id}-${type.replace(/\W/g, "-")}-${top ?? "all"}"`;
    const caching = { ETag: etag, Vary: "Accept", "Cache-Control": "private, immutable, max-age=86400" };
    if (isKnown(req, etag)) {
      res.status(304).set(caching).end();
      return;
    }
    const parts = resultWriters[type](table.job, table.open);
    try {
      await sendResult(req, res, parts, { ...caching, "Content-Type": type });
    } catch (error) {
      // Its chunks are gone where it was deleted meanwhile.
      if (!res.headersSent) await findJob(job.id);
      throw error;
    }
  });

  router.delete<{ id: string }>("/:id", requireRole("write"), noQuery, async (req, res) => {
    const job = await findJob(req.params.id);
    if (!isFinal(job.state)) await backend.jobs.cancel(job.id);
    await removeJob(job.id, backend, job.chunks);
    res.status(204).end();
  });

  /** A key is kept with the job it made, and is free again where none was made. */
  async function takeInOnce(
    req: Request,
    once: IdempotentRequest | undefined,
    take: () => Promise<Job>,
  ): Promise<Job> {
    try {
      const job = await take();
      await once?.complete();
      return job;
    } catch (error) {
      dropRest(req);
      await once?.release();
      throw error;
    }
  }

  async function takeIn(
    req: Request,
    res: Response,
    served: ServedModel,
    { perturbation, output, extra, id, precision }: SubmitQuery,
    once: IdempotentRequest | undefined,
  ): Promise<Job> {
    const idColumns = id === undefined ? [] : [id].flat();
    const options = { perturbation, output };
    refuseDoubledNames(served, idColumns);
    // What cannot be explained so is refused before a row is read.
    models.explainer(served, options);
    const { featureNames, outputNames, categories } = served.model;
    const reader = uploadReader(req.get("content-type"));
    const source = unpack(req);
    const intake = await JobIntake.begin(
      {
        id: newJobId(),
        model: jobModelOf(served),
        options,
        featureNames,
        outputNames,
        idColumns,
        precision,
        requestId: res.locals.requestId as string,
      },
      backend,
      settings.chunkLockMs / 6,
      goneSignal(req),
    );
    try {
      await holdModel(served);
      const width = { features: featureNames.length, outputs: outputNames.length };
      const size = Math.min(settings.maxBatchSize, rowsWithin(settings.memory.limitBytes, width));
      const shape = { featureNames, categories, idColumns, extra, size };
      // What went wrong before anyone listened is not told again: gzip that is none, a client that hung up.
      if (source.destroyed) throw source.errored ?? new ProblemError("bad-request", "The body was cut off");
      for await (const { matrix, ids } of reader(source, shape)) await intake.add(matrix, ids);
      if (intake.rows === 0) throw new ProblemError("empty-body", "The upload holds no rows");
      await once?.promise(intake.job.id);
      await intake.seal();
    } catch (error) {
      await intake.abandon();
      throw isBrokenGzip(error) ? new ProblemError("bad-request", "The body is no whole gzip stream") : error;
    }
    const job = await backend.jobs.get(intake.job.id);
    if (job === undefined)
      throw new ProblemError("job-not-found", "The job was deleted while it was taken in");
    return job;
  }

  /** A model that is removed just now stays for this job. */
  async function holdModel(served: ServedModel): Promise<void> {
    if (served.origin !== "upload") return;
    if (await backend.modelStore.hold(served.name, filesOf(served))) return;
    throw new ModelChangedError(`model ${served.name} was removed just now`);
  }

  async function findJob(id: string): Promise<Job> {
    const job = /^j[0-9a-f]{24}$/.test(id) ? await backend.jobs.get(id) : undefined;
    if (job === undefined)
      throw new ProblemError("job-not-found", `There is no job ${JSON.stringify(id)}, or its time is over`);
    return job;
  }
  return router;
}

/** The result's columns must have different names, or no reader can tell them apart. */
function refuseDoubledNames({ model }: ServedModel, idColumns: readonly string[]): void {
  const own = [...predictionColumns(model.outputNames), ...baseValueColumns(model.outputNames)];
  const taken = new Set([...own, ...valueColumns(model.featureNames, model.outputNames)]);
  const doubled = idColumns.find((name) => taken.size === taken.add(name).size);
  if (doubled !== undefined) {
    throw new ProblemError("bad-request", `id=${doubled}: the result has a column of this name already`);
  }
}

/** Aborted when the client hangs up before its body has come to its end. */
function goneSignal(req: Request): AbortSignal {
  const gone = new AbortController();
  req.once("close", () => {
    if (!req.complete) gone.abort(new ProblemError("bad-request", "The body was cut off"));
  });
  return gone.signal;
}

async function onlyModel(models: ModelCatalogue): Promise<ServedModel> {
  const only = await models.only();
  if (only !== undefined) return only;
  if (models.list().length === 0) throw new ProblemError("model-not-found", NO_MODEL);
  throw new ProblemError("bad-request", "Say which model: /v1/jobs?model=NAME; GET /v1/models lists them");
}

const isBrokenGzip = (error: unknown): boolean =>
  types.isNativeError(error) && "code" in error && /^Z_/.test(String(error.code));
