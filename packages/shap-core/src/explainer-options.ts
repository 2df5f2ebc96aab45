import type { BackgroundMoments } from "./linear/linear-explainer.js";
import type { Rows } from "./model/rows.js";
import type { FunctionExplainerOptions, FunctionMethod } from "./sampling/function-explainer.js";
import type { TreeExplainerOptions } from "./tree/tree-options.js";

/** The methods that read a model itself, by the names of Python's shap. */
export type ModelMethod = "tree" | "linear";

/** What a model file's explainer takes. Not every option suits every model; one that does not is an error. */
export interface ModelExplainerOptions extends Omit<TreeExplainerOptions, "background" | "perturbation"> {
  /** Default `auto`: `tree` for trees, `linear` for linear models. */
  readonly method?: "auto" | ModelMethod;
  /**
   * The rows that stand for "feature unknown". Trees without any: `tree_path_dependent`. Linear models take their mean
   * and covariance instead, too.
   */
  readonly background?: Rows | BackgroundMoments;
  /**
   * Trees: `auto` is `interventional` with a background and `tree_path_dependent` without.
   * Linear models: `auto` is `interventional`; `correlation_dependent` shares credit among correlated features.
   */
  readonly perturbation?: TreeExplainerOptions["perturbation"] | "correlation_dependent";
  /** Linear models, `correlation_dependent` over more than 12 features: the orders sampled; default 1,000. */
  readonly maxEvaluations?: number;
  /** With `maxEvaluations`: a whole number; default 0. */
  readonly seed?: number;
}

/** A model file explained as if it were any function. */
export interface ModelAsFunctionOptions extends FunctionExplainerOptions {
  readonly method: FunctionMethod;
  /** Which of the model's numbers is explained; default `raw`, the margin. */
  readonly output?: "raw" | "probability";
}
