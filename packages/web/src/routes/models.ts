import { listedAs, type ModelCatalogue, type ServedModel, summaryOf } from "@shap-service/jobs";
import { type Response, Router } from "express";
import { noQuery } from "../http/no-query.js";
import { findModel } from "./find-model.js";

/** The models that are served. */
export function modelRoutes(models: ModelCatalogue): Router {
  const router = Router();
  router.get("/", noQuery, (_req, res) => {
    res.json({
      models: models.list(),
      broken: models.broken.map(({ name, file, reason }) => ({ name, file, reason })),
    });
  });
  router.get("/:name", noQuery, async (req, res) => {
    sendModel(res, await findModel(models, req.params.name));
  });
  return router;
}

/** A model's description; its ETag is of the model's and the background's version. */
export function sendModel(res: Response, served: ServedModel): void {
  const { version, backgroundVersion, model, origin } = served;
  const { featureNames, outputNames, source } = model;
  res.setHeader("ETag", `"${backgroundVersion === undefined ? version : `${version}-${backgroundVersion}`}"`);
  res.json({ ...listedAs(summaryOf(served), origin), featureNames, outputNames, source });
}
