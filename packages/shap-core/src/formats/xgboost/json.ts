import { UnsupportedModelError } from "../../errors.js";
import { TreeEnsemble } from "../../model/tree-ensemble.js";
import type { DocumentNode } from "../document.js";
import type { Format } from "../format.js";
import { TreeBuilder } from "../tree-builder.js";
import { objectiveOf } from "./objective.js";
import { addTree } from "./tree.js";

/** XGBoost's `save_model("model.json")`. */
export const xgboostJson = {
  name: "xgboost-json",
  title: "XGBoost JSON",
  recognises: (content) => content.hasMembers("learner"),
  read: (content) => readXgboostJson(content.document("xgboost-json")),
} as const satisfies Format;

/**
 * Reads the document that XGBoost's `save_model("model.json")` writes (versions 1.6 and later).
 * @throws ModelFormatError, UnsupportedModelError
 */
function readXgboostJson(document: DocumentNode): TreeEnsemble {
  const learner = document.get("learner");
  const booster = learner.get("gradient_booster");
  const boosterName = booster.get("name").text();
  if (boosterName !== "gbtree") {
    throw new UnsupportedModelError(
      `XGBoost booster ${boosterName} is not read`,
      "Train with booster=gbtree",
    );
  }
  const parameters = learner.get("learner_model_param");
  const features = parameters.get("num_feature").integer(0, 2 ** 31);
  const outputs = Math.max(
    1,
    parameters.get("num_class").integer(0, 2 ** 20),
    parameters.optional("num_target")?.integer(0, 2 ** 20) ?? 1,
  );
  const objective = objectiveOf(learner.get("objective").get("name"));

  const model = booster.get("model");
  const trees = model.get("trees").items();
  const treeOutputs = model.get("tree_info").numbers(trees.length);
  const builder = new TreeBuilder(document.format, features, outputs);
  trees.forEach((tree, index) => {
    addTree(builder, tree, treeOutputs[index]!);
  });

  return new TreeEnsemble({
    ...builder.build(),
    featureNames: featureNames(learner, features),
    outputNames: outputs === 1 ? ["output"] : Array.from({ length: outputs }, (_, k) => `class_${k}`),
    baseValues: baseValues(parameters.get("base_score"), outputs, objective.marginOf),
    transform: objective.transform,
    source: {
      format: document.format,
      objective: objective.name,
      version: Array.from(document.get("version").numbers()).join("."),
    },
  });
}

function featureNames(learner: DocumentNode, features: number): string[] {
  const names = learner.optional("feature_names")?.texts() ?? [];
  if (names.length === 0) return Array.from({ length: features }, (_, index) => `f${index}`);
  if (names.length !== features) learner.get("feature_names").fail(`expected ${features} names`);
  return names;
}

/** base_score is one number up to 3.0 and a list in square brackets from 3.1, in the space of predictions. */
function baseValues(node: DocumentNode, outputs: number, marginOf: (score: number) => number): Float64Array {
  const parts = node
    .text()
    .replace(/^[[(]|[\])]$/g, "")
    .split(",");
  const scores = parts.map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (scores.some((score) => !Number.isFinite(score)))
    node.fail("expected a number, or a list of them in brackets");
  if (scores.length !== 1 && scores.length !== outputs) node.fail(`expected 1 or ${outputs} numbers`);
  return Float64Array.from({ length: outputs }, (_, k) => marginOf(Math.fround(scores[k] ?? scores[0]!)));
}
