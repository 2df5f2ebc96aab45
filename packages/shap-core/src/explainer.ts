import { UnsupportedModelError } from "./errors.js";
import type { ModelAsFunctionOptions, ModelExplainerOptions, ModelMethod } from "./explainer-options.js";
import type { Explanation } from "./explanation.js";
import type { InteractionExplanation } from "./interaction-explanation.js";
import { isMoments, LinearExplainer } from "./linear/linear-explainer.js";
import type { LinearModel } from "./model/linear-model.js";
import type { Model } from "./model/model.js";
import type { Rows } from "./model/rows.js";
import type { TreeEnsemble } from "./model/tree-ensemble.js";
import { FunctionExplainer, type FunctionExplainerOptions } from "./sampling/function-explainer.js";
import type { ModelFunction } from "./sampling/model-function.js";
import type { ExplainerPlan } from "./tree/compiled/tree-plan.js";
import { TreeExplainer, type TreeExplainOptions } from "./tree/tree-explainer.js";

/** Explains rows of one model; made once by `createExplainer`, used for any number of rows. */
export interface Explainer {
  /** What was chosen for the model. */
  readonly method: ModelMethod;
  /** What the model gives when nothing is known of a row; one an output. */
  readonly expectedValue: Float64Array;
  /** Trees: how each is explained, the bytes of its tables, and why. */
  readonly plan?: ExplainerPlan;
  /** @throws ShapeError where a row does not fit the model */
  explain(rows: Rows, options?: TreeExplainOptions): Explanation;
  /** @throws UnsupportedModelError where the explainer's options leave interactions undefined */
  explainInteractions(rows: Rows): InteractionExplanation;
}

/**
 * An explainer for a model file, or for any function of rows. `method` is `auto` unless asked for: trees and linear
 * models are read themselves; functions get what `FunctionExplainerOptions.method` says. The explainer's `method`
 * tells what was chosen.
 * @throws UnsupportedModelError where the values could not be exact, or options do not go together
 * @throws ShapeError where the background does not fit
 */
export function createExplainer(model: Model, options?: ModelExplainerOptions): Explainer;
export function createExplainer(model: Model, options: ModelAsFunctionOptions): FunctionExplainer;
export function createExplainer(model: ModelFunction, options: FunctionExplainerOptions): FunctionExplainer;
export function createExplainer(
  model: Model | ModelFunction,
  options: ModelExplainerOptions | ModelAsFunctionOptions | FunctionExplainerOptions = {},
): Explainer | FunctionExplainer {
  if (typeof model === "function") return new FunctionExplainer(model, options as FunctionExplainerOptions);
  const own = model.kind === "linear" ? "linear" : "tree";
  const { method = "auto" } = options;
  if (method === "tree" || method === "linear" || method === "auto") {
    if (method !== "auto" && method !== own) {
      throw new UnsupportedModelError(
        `Method "${method}" does not explain a ${model.kind} model`,
        `Use "${own}" or leave it to "auto"`,
      );
    }
    return model.kind === "linear"
      ? linearExplainer(model, options as ModelExplainerOptions)
      : treeExplainer(model, options as ModelExplainerOptions);
  }
  return modelAsFunction(model, options as ModelAsFunctionOptions);
}

function treeExplainer(model: TreeEnsemble, options: ModelExplainerOptions): TreeExplainer {
  const { background, perturbation, output, approximate, maxTableBytes, kernel } = options;
  if (perturbation === "correlation_dependent") {
    throw new UnsupportedModelError(
      "correlation_dependent is for linear models",
      'Use "interventional" or "tree_path_dependent"',
    );
  }
  if (background !== undefined && isMoments(background)) {
    throw new UnsupportedModelError(
      "Trees are explained against rows, not their mean",
      "Give background rows",
    );
  }
  return new TreeExplainer(model, { background, perturbation, output, approximate, maxTableBytes, kernel });
}

function linearExplainer(model: LinearModel, options: ModelExplainerOptions): Explainer {
  const { background, perturbation = "auto", output = "raw", seed, maxEvaluations } = options;
  if (perturbation === "tree_path_dependent") {
    throw new UnsupportedModelError(
      "tree_path_dependent is for trees",
      'Use perturbation "interventional" or "correlation_dependent"',
    );
  }
  if (output === "log_loss" || (output === "probability" && model.transform.kind !== "identity")) {
    throw new UnsupportedModelError(
      `A linear model's ${output} is no sum over its features`,
      output === "log_loss"
        ? 'Explain the raw output, or give createExplainer the loss as a function and method "exact"'
        : 'Explain the raw output (the default), or use method "exact" or "permutation"',
    );
  }
  return new LinearExplainer(model, {
    background,
    perturbation: perturbation === "auto" ? "interventional" : perturbation,
    seed,
    maxEvaluations,
  });
}

function modelAsFunction(model: Model, options: ModelAsFunctionOptions): FunctionExplainer {
  const { output = "raw", ...rest } = options;
  const { featureNames, categories, outputNames } = model;
  return new FunctionExplainer((rows) => model.predict(rows, { output }), {
    outputNames,
    ...rest,
    ...(rest.masker === undefined && { featureNames, categories }),
  });
}
