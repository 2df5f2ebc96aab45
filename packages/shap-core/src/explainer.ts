import { UnsupportedModelError } from "./errors.js";
import type { Explanation } from "./explanation.js";
import type { InteractionExplanation } from "./interaction-explanation.js";
import type { Model } from "./model/model.js";
import type { Rows } from "./model/rows.js";
import { TreeExplainer, type TreeExplainOptions } from "./tree/tree-explainer.js";
import type { TreeExplainerOptions } from "./tree/tree-options.js";

/** Explains rows of one model; made once by `createExplainer`, used for any number of rows. */
export interface Explainer {
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
export function createExplainer(model: Model, options: TreeExplainerOptions = {}): Explainer {
  if (model.kind === "linear") {
    throw new UnsupportedModelError(
      "A linear model is explained against background rows",
      "Give `background`",
    );
  }
  return new TreeExplainer(model, options);
}
