import { TreeEnsemble } from "../../model/tree-ensemble.js";
import { categoryNamesOf } from "../category-names.js";
import type { DocumentNode } from "../document.js";
import { featureNamesOf, outputNamesOf } from "../feature-names.js";
import type { Format, ReadOptions } from "../format.js";
import { MAX_OUTPUTS } from "../limits.js";
import { roundsToRead } from "../rounds.js";
import { TreeBuilder } from "../tree-builder.js";
import { readFeatures } from "./features.js";
import { addNestedTree } from "./nested-tree.js";
import { readObjective } from "./objective.js";
import { splitReader } from "./split.js";
import { addSymmetricTree } from "./symmetric-tree.js";

const name = "catboost-json";

/** CatBoost's `save_model("model.json", format="json", pool=train_pool)`. */
export const catboostJson = {
  name,
  title: "CatBoost JSON",
  recognises: (content) => content.hasMembers("features_info") && content.hasMembers("model_info"),
  read: (content, options) => readCatboost(content.document(name), options),
} as const satisfies Format;

/**
 * A model's raw output is scale · Σ leaves + bias. A split compares in float32; its true side is the right one, and
 * in a symmetric tree bit i of the leaf's number says whether split i was true.
 */
function readCatboost(document: DocumentNode, options: ReadOptions): TreeEnsemble {
  const { scale, bias } = readScaleAndBias(document);
  const outputs = bias.length;
  const features = readFeatures(document.get("features_info"));
  const objective = readObjective(document.get("model_info"));
  const symmetric = document.optional("oblivious_trees") !== undefined;
  const trees = document.get(symmetric ? "oblivious_trees" : "trees").items();
  const splits = splitReader(document, features);
  const count = trees.length === 0 ? 0 : roundsToRead(options, trees.length);
  const columns = features.names.length;
  const builder = new TreeBuilder(name, columns, outputs, outputs);
  const addTree = symmetric ? addSymmetricTree : addNestedTree;
  for (const tree of trees.slice(0, count)) addTree(builder, tree, { outputs, scale, splits });

  const { categories, refusals } = features;
  return new TreeEnsemble({
    ...builder.build(),
    featureNames: featureNamesOf(features.namesInFile, columns, options),
    outputNames:
      outputs === objective.classNames?.length ? objective.classNames : outputNamesOf(undefined, outputs),
    categories: categoryNamesOf(options, categories(), columns),
    numbersAreNames: true,
    refusals,
    symmetric,
    baseValues: Float64Array.from(bias),
    transform: objective.transform,
    source: { format: name, objective: objective.name, version: objective.version },
  });
}

/** `[scale, [bias of each output]]`; older versions wrote one bias without brackets. */
function readScaleAndBias(document: DocumentNode): { scale: number; bias: ArrayLike<number> } {
  const node = document.get("scale_and_bias");
  if (node.length !== 2) node.fail("expected a scale and a bias");
  const biasNode = node.at(1);
  const bias = biasNode.isList() ? biasNode.numbers() : [biasNode.number()];
  if (bias.length === 0 || bias.length > MAX_OUTPUTS) biasNode.fail(`expected 1 to ${MAX_OUTPUTS} numbers`);
  if (!Array.prototype.every.call(bias, Number.isFinite)) biasNode.fail("expected finite numbers");
  return { scale: node.at(0).number(), bias };
}
