import { UnsupportedModelError } from "./errors.js";
import type { Explanation } from "./explanation.js";
import type { Model } from "./model/model.js";
import type { Rows } from "./model/rows.js";
import { TreeExplainer } from "./tree/tree-explainer.js";

/** Explains rows of one model; made once by `createExplainer`, used for any number of rows. */
export interface Explainer {
  /** What the model gives when nothing is known of a row; one an output. */
  readonly expectedValue: Float64Array;
  /** @throws ShapeError where a row does not fit the model */
  explain(rows: Rows): Explanation;
}

/**
 * An explainer for a model.
 * @throws UnsupportedModelError where the values could not be exact
 */
export function createExplainer(model: Model): Explainer {
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
  return new TreeExplainer(model);
}
