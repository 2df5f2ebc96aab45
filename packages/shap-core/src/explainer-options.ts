import type { TreeExplainerOptions } from "./tree/tree-options.js";

/** How values are found, by the names Python's shap users know. */
export type ModelMethod = "tree" | "linear";

/** What a model file's explainer takes. Not every option suits every model; one that does not is an error. */
export interface ModelExplainerOptions extends Omit<TreeExplainerOptions, "perturbation"> {
  /** Default `auto`: `tree` for trees, `linear` for linear models. */
  readonly method?: "auto" | ModelMethod;
  /**
   * Trees: `auto` is `interventional` with a background and `tree_path_dependent` without.
   * Linear models: `auto` is `interventional`; `correlation_dependent` shares credit among correlated features.
   */
  readonly perturbation?: TreeExplainerOptions["perturbation"] | "correlation_dependent";
}
