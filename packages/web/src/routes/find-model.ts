import { isModelName, type ModelCatalogue, type ServedModel } from "@shap-service/jobs";
import { nearestName } from "shap-core";
import { ProblemError } from "../http/problem.js";

export const NO_MODEL = "No model is served: PUT one to /v1/models/NAME, or put its file into SHAP_MODEL_DIR";

/** @throws ProblemError that says why there is no such model: never seen, or its file is broken and where */
export async function findModel(models: ModelCatalogue, name: string): Promise<ServedModel> {
  const served = isModelName(name) ? await models.get(name) : undefined;
  if (served !== undefined) return served;
  const broken = models.broken.find((model) => model.name === name);
  if (broken !== undefined) throw new ProblemError("model-broken", `${broken.file}: ${broken.reason}`);
  const names = models.list().map((model) => model.name);
  if (names.length === 0) throw new ProblemError("model-not-found", NO_MODEL);
  const near = nearestName(name, names);
  const hint =
    near === undefined ? "GET /v1/models lists those there are" : `Did you mean ${JSON.stringify(near)}?`;
  throw new ProblemError("model-not-found", `There is no model ${JSON.stringify(name)}. ${hint}`);
}
