import type { ModelCatalogue, ServedModel } from "@shap-service/jobs";
import { Router } from "express";
import { noQuery } from "../http/no-query.js";
import { findModel } from "./find-model.js";

export function modelRoutes(models: ModelCatalogue): Router {
  const router = Router();
  router.get("/", noQuery, (_req, res) => {
    res.json({
      models: models.list().map(summary),
      broken: models.broken.map(({ name, file, reason }) => ({ name, file, reason })),
    });
  });
  router.get("/:name", noQuery, (req, res) => {
    const served = findModel(models, req.params.name);
    const { featureNames, outputNames, source } = served.model;
    res.json({ ...summary(served), featureNames, outputNames, source });
  });
  return router;
}

function summary({ name, version, bytes, fallback, model, background }: ServedModel) {
  return {
    name,
    version,
    bytes,
    fallback,
    kind: model.kind,
    objective: model.source.objective ?? null,
    features: model.featureNames.length,
    outputs: model.outputNames.length,
    backgroundRows: background?.rows ?? 0,
  };
}
