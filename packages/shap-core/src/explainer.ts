import { UnsupportedModelError } from "./errors.js";
import type { ModelExplainerOptions, ModelMethod } from "./explainer-options.js";
import type { Explanation } from "./explanation.js";
import type { InteractionExplanation } from "./interaction-explanation.js";
import type { Model } from "./model/model.js";
import type { Rows } from "./model/rows.js";
import { TreeExplainer, type TreeExplainOptions } from "./tree/tree-explainer.js";

/** Explains rows of one model; made once by `createExplainer`, used for any number of rows. */
export interface Explainer {
  /** What was chosen for the model. */
  readonly method: ModelMethod;
  /** What the model gives when nothing is known of a row; one an output. */
  readonly expectedValue: Float64Array;
  /** @throws ShapeError where a row does not fit the model */
  explain(rows: Rows, options?: TreeExplainOptions): Explanation;
  /** @throws UnsupportedModelError where the explainer's options leave interactions undefined */
  explainInteractions(rows: Rows): InteractionExplanation;
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
  if (model.data.linearLeaves !== undefined) {
    throw new UnsupportedModelError(
      "The model's leaves are linear models (LightGBM's linear_tree), of which no tree algorithm gives exact values",
      "Train with linear_tree=False, or explain the model as a function: " +
        "createExplainer((rows) => ..., { background }) with model.predict inside",
    );
  }
  const { perturbation, ...others } = options;
  if (perturbation === "correlation_dependent") {
    throw new UnsupportedModelError(
      "correlation_dependent is for linear models",
      'Use "interventional" or "tree_path_dependent"',
    );
  }
  return new TreeExplainer(model, { ...others, perturbation });
}
