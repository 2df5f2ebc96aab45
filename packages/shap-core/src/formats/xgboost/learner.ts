import { ModelFormatError, ShapeError } from "../../errors.js";
import type { LinearModel } from "../../model/linear-model.js";
import type { ModelSource } from "../../model/model.js";
import type { OutputTransform } from "../../model/output-transform.js";
import { TreeEnsemble } from "../../model/tree-ensemble.js";
import type { DocumentNode } from "../document.js";
import { featureNamesOf, outputNamesOf } from "../feature-names.js";
import type { ReadOptions } from "../format.js";
import { MAX_FEATURES, MAX_OUTPUTS } from "../limits.js";
import { baseMargins, parseBaseScore } from "./base-score.js";
import { readGblinear } from "./gblinear.js";
import { readGbtree } from "./gbtree.js";
import { type Objective, objectiveNamed } from "./objective.js";

/** What every booster's reader needs of the learner around it. */
export interface Learner {
  readonly features: number;
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly baseValues: Float64Array;
  readonly transform: OutputTransform;
  readonly source: ModelSource;
  /** Boosting rounds up to the best one, where early stopping stored it. */
  readonly bestRounds: number | undefined;
}

/**
 * Reads the document that XGBoost's `save_model` writes as JSON or UBJSON.
 * @throws ModelFormatError, UnsupportedModelError
 */
export function readLearner(document: DocumentNode, options: ReadOptions): TreeEnsemble | LinearModel {
  const node = document.get("learner");
  const objective = objectiveNamed(options.objective ?? node.get("objective").get("name").text());
  const parameters = node.get("learner_model_param");
  const features = parameters.get("num_feature").integer(0, MAX_FEATURES);
  const classes = parameters.get("num_class").integer(0, MAX_OUTPUTS);
  const targets = parameters.optional("num_target")?.integer(0, MAX_OUTPUTS) ?? 1;
  const outputs = Math.max(1, classes, targets);
  const learner: Learner = {
    features,
    featureNames: featureNamesOf(node.optional("feature_names"), features, options),
    outputNames: outputNamesOf(undefined, outputs),
    baseValues: baseValues(parameters.get("base_score"), outputs, objective),
    transform: objective.transform,
    source: {
      format: document.format,
      objective: objective.name,
      version: Array.from(document.get("version").numbers()).join("."),
    },
    bestRounds: bestRounds(node),
  };
  const booster = node.get("gradient_booster");
  return booster.get("name").text() === "gblinear"
    ? readGblinear(booster, learner, options)
    : new TreeEnsemble(readGbtree(booster, learner, options));
}

function bestRounds(learner: DocumentNode): number | undefined {
  const best = learner.optional("attributes")?.optional("best_iteration");
  return best === undefined ? undefined : best.integer(0, 2 ** 31) + 1;
}

function baseValues(node: DocumentNode, outputs: number, objective: Objective): Float64Array {
  try {
    return baseMargins(parseBaseScore(node), outputs, objective);
  } catch (error) {
    if (error instanceof ShapeError) throw new ModelFormatError(node.format, node.path, error.message);
    throw error;
  }
}
