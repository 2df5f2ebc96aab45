import { type ModelExplainerOptions, UnsupportedModelError } from "shap-core";
import type { JobOptions } from "../job.js";
import type { ServedModel } from "./model-file.js";

/**
 * What `createExplainer` is asked for. `auto` is `tree_path_dependent` where the margin of a tree model is explained and
 * its file tells the covers, else `interventional`: a background that is added later does not change what a client gets
 * who asks as before.
 * @throws UnsupportedModelError where background rows are needed and there are none
 */
export function explainerOptions(
  served: ServedModel,
  { perturbation, output }: JobOptions,
): ModelExplainerOptions {
  const { model, background } = served;
  const pathDependent =
    perturbation === "tree_path_dependent" ||
    (perturbation === "auto" &&
      output === "raw" &&
      model.kind === "tree-ensemble" &&
      model.data.cover !== undefined);
  if (pathDependent) return { perturbation: "tree_path_dependent", output };
  if (background === undefined) {
    throw new UnsupportedModelError(
      `Model ${JSON.stringify(served.name)} has no background rows, which this explanation compares with`,
      `PUT some to /v1/models/${served.name}/background (for a file of the model folder: ${served.name}.background.csv beside it), or ask for the raw output and tree_path_dependent`,
    );
  }
  return { perturbation: "interventional", output, background };
}
