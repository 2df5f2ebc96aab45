import type { ModelCatalogue, ServedModel, Settings } from "@shap-service/jobs";
import { json, type Request, type RequestHandler, Router } from "express";
import { type Cell, type Matrix, type Rows, ShapeError, toMatrix } from "shap-core";
import { z } from "zod";
import { DirectWork } from "../direct-work.js";
import { explainInteractions } from "../explain-interactions.js";
import { explainRows } from "../explain-rows.js";
import type { Metrics } from "../http/metrics.js";
import { noQuery } from "../http/no-query.js";
import { ProblemError } from "../http/problem.js";
import { sendJson } from "../http/send-json.js";
import { nest } from "../result/nest.js";
import { topReasons } from "../result/top-reasons.js";
import { findModel } from "./find-model.js";

/** A direct request is small; larger tables are jobs. */
export const MAX_BODY = "16mb";

/** Cells are checked by `toMatrix`, which knows the model; here only that rows are arrays or objects. */
const row = z.custom<object>((value) => typeof value === "object" && value !== null, {
  error: "expected an array, or an object by feature name",
});
export const rows = z.array(row).min(1);
export const output = z.enum(["raw", "probability"]).default("raw");

export const predictRequest = z.strictObject({ rows, output });
export const perturbation = z.enum(["auto", "interventional", "tree_path_dependent"]).default("auto");
export const explainRequest = z.strictObject({
  rows,
  perturbation,
  output,
  /** Pairwise values too: features × features a row. */
  interactions: z.boolean().default(false),
  /** Adds the k features that moved each row most. */
  top: z.int().min(1).optional(),
});

/** Values that one answer may hold: each takes some 50 bytes while JSON is made of it. */
const MAX_VALUES = 2_000_000;

/** What to do instead of a direct request that takes too long. */
export const AS_JOB = "send them as a job: POST /v1/jobs";

const PREDICT = "/v1/models/:name/predict";
const EXPLAIN = "/v1/models/:name/explain";

/**
 * Predictions and explanations of a few rows. Their routes have their whole path, so that a request goes through one
 * router and not through four: that is a twentieth of its time.
 * @param before what a request has to pass first
 */
export function explainRoutes(
  settings: Pick<Settings, "maxSyncRows" | "memory">,
  models: ModelCatalogue,
  metrics: Metrics,
  before: readonly RequestHandler[],
): Router {
  const router = Router();
  const body = json({ limit: MAX_BODY, strict: false, type: isJson });

  router.post<{ name: string }>(PREDICT, ...before, noQuery, body, async (req, res) => {
    const served = await findModel(models, req.params.name);
    const request = predictRequest.parse(bodyOf(req));
    const { model } = served;
    const matrix = readRows(request.rows, model, settings.maxSyncRows);
    const { values, outputs } = model.predict(matrix, { output: request.output });
    sendJson(res, {
      model: answering(served),
      outputNames: model.outputNames,
      predictions: nest(values, [matrix.rows, outputs]),
    });
  });

  router.post<{ name: string }>(EXPLAIN, ...before, noQuery, body, async (req, res) => {
    const served = await findModel(models, req.params.name);
    const request = explainRequest.parse(bodyOf(req));
    const matrix = readRows(request.rows, served.model, settings.maxSyncRows);
    const { outputNames } = served.model;
    refuseLarge(matrix.rows, matrix.columns * outputNames.length, "values");
    const pairs = matrix.columns ** 2 * outputNames.length;
    if (request.interactions) refuseLarge(matrix.rows, pairs, "pairwise values");
    const explainer = models.explainer(served, request);
    const { output } = request;
    const { limitBytes } = settings.memory;
    const { explanation, predictions } = await explainRows(
      served.model,
      explainer,
      matrix,
      { output, limitBytes },
      new DirectWork({ client: res, wayOut: AS_JOB }),
    );
    const interactions = request.interactions
      ? await explainInteractions(
          explainer,
          matrix,
          predictions,
          new DirectWork({ client: res, wayOut: "leave out interactions" }),
        )
      : undefined;
    metrics.rowsExplained.inc(matrix.rows);
    sendJson(res, {
      model: answering(served),
      featureNames: explanation.featureNames,
      outputNames: explanation.outputNames,
      baseValues: Array.from(explanation.baseValues),
      values: nest(explanation.values, explanation.shape),
      predictions: nest(predictions.values, [matrix.rows, predictions.outputs]),
      ...(interactions === undefined ? {} : { interactions: nest(interactions.values, interactions.shape) }),
      ...(request.top === undefined ? {} : { reasons: topReasons(explanation, request.top) }),
    });
  });
  // Express answers OPTIONS by itself where a router has the path, to whom it may.
  router.options([PREDICT, EXPLAIN], ...before);
  return router;
}

/** Estimated before anything is computed. */
function refuseLarge(rows: number, valuesPerRow: number, what: string): void {
  if (rows * valuesPerRow <= MAX_VALUES) return;
  const most = Math.floor(MAX_VALUES / valuesPerRow);
  const wayOut = most === 0 ? "" : `: ask for ${most} rows at a time`;
  throw new ProblemError(
    "too-many-rows",
    `${rows} rows have ${rows * valuesPerRow} ${what}; one answer holds ${MAX_VALUES}${wayOut}`,
  );
}

/** Which model an answer is of. */
const answering = ({ name, version, origin }: ServedModel) => ({
  name,
  version,
  fallback: origin === "example",
});

/** JSON by its type, and a body without one: `curl -d` says form, people mean JSON. */
export function isJson(req: { headers: { "content-type"?: string } }): boolean {
  const type = req.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  return type === undefined || type === "application/x-www-form-urlencoded" || /[/+]json$/.test(type);
}

export function bodyOf(req: Request): unknown {
  if (req.body !== undefined) return req.body;
  const type = req.get("content-type");
  if (type !== undefined && !isJson(req)) {
    throw new ProblemError("unsupported-media-type", `Send application/json, not ${type}`);
  }
  throw new ProblemError("empty-body", 'Send JSON: { "rows": [ … ] }');
}

/** @throws ShapeError, ProblemError where there are too many */
export function readRows(given: unknown[], schema: Parameters<typeof toMatrix>[1], most: number): Matrix {
  if (given.length > most) {
    throw new ProblemError(
      "too-many-rows",
      `${given.length} rows; a direct request may have ${most}. Send them as a job: POST /v1/jobs`,
    );
  }
  const matrix = toMatrix(given as Rows & Cell[][], schema);
  const at = matrix.data.findIndex(
    (value) => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY,
  );
  if (at >= 0) {
    const row = Math.floor(at / matrix.columns);
    const column = schema.featureNames[at % matrix.columns]!;
    throw new ShapeError(`row ${row}, ${JSON.stringify(column)}: the number is too large`, { row, column });
  }
  return matrix;
}
