import type { Rows } from "./model/rows.js";

/** How values are found, by the names Python's shap users know. */
export type ModelMethod = "tree" | "linear";

/** What a model file's explainer takes. Not every option suits every model; one that does not is an error. */
export interface ModelExplainerOptions {
  /** Default `auto`: `tree` for trees, `linear` for linear models. */
  readonly method?: "auto" | ModelMethod;
  /** The rows that stand for "feature unknown". Trees without any: `tree_path_dependent`. */
  readonly background?: Rows;
  /**
   * Trees: `auto` is `interventional` with a background and `tree_path_dependent` without.
   * Linear models: `auto` is `interventional`; `correlation_dependent` shares credit among correlated features.
   */
  readonly perturbation?: "auto" | "interventional" | "tree_path_dependent" | "correlation_dependent";
  /** Which of the model's numbers is explained; default `raw`, the margin. */
  readonly output?: "raw" | "probability" | "log_loss";
  /** Trees: the most bytes the compiled tables may take. */
  readonly maxTableBytes?: number;
}
