import { UnsupportedModelError } from "../../errors.js";
import { identity, logistic, type OutputTransform } from "../../model/output-transform.js";
import type { DocumentNode } from "../document.js";

export interface CatboostObjective {
  readonly name: string;
  readonly transform: OutputTransform;
  readonly classNames: readonly string[] | undefined;
  readonly version: string | undefined;
}

const exponents = new Set(["Poisson", "Tweedie"]);
const probabilities = new Set([
  "Logloss",
  "CrossEntropy",
  "Focal",
  "MultiClassOneVsAll",
  "MultiLogloss",
  "MultiCrossEntropy",
]);

/**
 * What CatBoost's predict makes of the raw values: predict_proba of a classifier, `Exponent` for Poisson and Tweedie,
 * the value itself for every other loss.
 */
export function readObjective(modelInfo: DocumentNode): CatboostObjective {
  const name = lossFunction(modelInfo);
  const classNames = modelInfo.optional("class_params")?.optional("class_names")?.items();
  return {
    name,
    transform: transformOf(name),
    classNames: classNames?.map(({ value }) => String(value)),
    version: /CatBoost release (\S+?)\.? /.exec(
      String(modelInfo.optional("catboost_version_info")?.value),
    )?.[1],
  };
}

function transformOf(name: string): OutputTransform {
  if (exponents.has(name)) return { kind: "exp" };
  if (probabilities.has(name)) return logistic;
  if (name === "MultiClass") return { kind: "softmax" };
  if (name === "RMSEWithUncertainty") return { kind: "mean-variance" };
  return identity;
}

/** `params` is an object; CatBoost before 0.25 wrote it as text. */
function lossFunction(modelInfo: DocumentNode): string {
  const params = modelInfo.optional("params");
  if (params === undefined || !params.isObject()) {
    throw new UnsupportedModelError(
      "The CatBoost file does not tell its loss function in model_info.params",
      "Save it again with a CatBoost of 2021 or later",
    );
  }
  return params.optional("loss_function")?.get("type").text() ?? "custom";
}
