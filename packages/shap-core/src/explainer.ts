import { UnsupportedModelError } from "./errors.js";
import type { ModelExplainerOptions, ModelMethod } from "./explainer-options.js";
import type { Explanation } from "./explanation.js";
import type { Model } from "./model/model.js";
import type { Rows } from "./model/rows.js";
import { TreeExplainer } from "./tree/tree-explainer.js";

/** Explains rows of one model; made once by `createExplainer`, used for any number of rows. */
export interface Explainer {
  /** What was chosen for the model. */
  readonly method: ModelMethod;
  /** What the model gives when nothing is known of a row; one an output. */
  readonly expectedValue: Float64Array;
  /** @throws ShapeError where a row does not fit the model */
  explain(rows: Rows): Explanation;
}

/**
 * An explainer for a model.
 * @throws UnsupportedModelError where the values could not be exact
 */
export function createExplainer(model: Model, options: ModelExplainerOptions = {}): Explainer {
  const method: ModelMethod = model.kind === "linear" ? "linear" : "tree";
  if (options.method !== undefined && options.method !== "auto" && options.method !== method) {
    throw new UnsupportedModelError(
      `Method "${options.method}" does not explain a ${model.kind} model`,
      `Use "${method}" or leave it to "auto"`,
    );
  }
  if (model.kind === "linear") {
    throw new UnsupportedModelError(
      "A linear model is explained against background rows",
      "Give `background`",
    );
  }
  return new TreeExplainer(model);
}
