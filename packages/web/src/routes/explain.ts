import type { ModelCatalogue, Settings } from "@shap-service/jobs";
import { json, type Request, Router } from "express";
import { type Cell, type Matrix, type Rows, ShapeError, toMatrix } from "shap-core";
import { z } from "zod";
import { ProblemError } from "../http/problem.js";
import { nest } from "../result/nest.js";
import { findModel } from "./find-model.js";

/** A direct request is small; larger tables are jobs. */
const MAX_BODY = "16mb";

/** Cells are checked by `toMatrix`, which knows the model; here only that rows are arrays or objects. */
const row = z.custom<object>((value) => typeof value === "object" && value !== null, {
  error: "expected an array, or an object by feature name",
});
const rows = z.array(row).min(1);
const output = z.enum(["raw", "probability"]).default("raw");

export const predictRequest = z.strictObject({ rows, output });
export const explainRequest = z.strictObject({ rows });

export function explainRoutes(settings: Pick<Settings, "maxSyncRows">, models: ModelCatalogue): Router {
  const router = Router();
  const body = json({ limit: MAX_BODY, strict: false, type: isJson });

  router.post("/:name/predict", body, (req, res) => {
    const { model } = findModel(models, req.params.name);
    const request = predictRequest.parse(bodyOf(req));
    const matrix = readRows(request.rows, model, settings.maxSyncRows);
    const { values, outputs } = model.predict(matrix, { output: request.output });
    res.json({ outputNames: model.outputNames, predictions: nest(values, [matrix.rows, outputs]) });
  });

  router.post("/:name/explain", body, (req, res) => {
    const served = findModel(models, req.params.name);
    const request = explainRequest.parse(bodyOf(req));
    const matrix = readRows(request.rows, served.model, settings.maxSyncRows);
    const explanation = models.explainer(served, { perturbation: "auto", output: "raw" }).explain(matrix);
    const predictions = served.model.predict(matrix);
    res.json({
      model: { name: served.name, version: served.version, fallback: served.fallback },
      featureNames: explanation.featureNames,
      outputNames: explanation.outputNames,
      baseValues: Array.from(explanation.baseValues),
      values: nest(explanation.values, explanation.shape),
      predictions: nest(predictions.values, [matrix.rows, predictions.outputs]),
    });
  });
  return router;
}

/** JSON by its type, and a body without one: `curl -d` says form, people mean JSON. */
function isJson(req: { headers: { "content-type"?: string } }): boolean {
  const type = req.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  return type === undefined || type === "application/x-www-form-urlencoded" || /[/+]json$/.test(type);
}

function bodyOf(req: Request): unknown {
  if (req.body !== undefined) return req.body;
  const type = req.get("content-type");
  if (type !== undefined && !isJson(req)) {
    throw new ProblemError("unsupported-media-type", `Send application/json, not ${type}`);
  }
  throw new ProblemError("empty-body", 'Send JSON: { "rows": [ … ] }');
}

/** @throws ShapeError, ProblemError where there are too many */
function readRows(given: unknown[], schema: Parameters<typeof toMatrix>[1], most: number): Matrix {
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
