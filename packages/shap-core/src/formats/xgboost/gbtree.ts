import type { TreeEnsembleData } from "../../model/tree-ensemble.js";
import { categoryNamesOf, unseenRefusals } from "../category-names.js";
import type { DocumentNode } from "../document.js";
import type { ReadOptions } from "../format.js";
import { roundsToRead } from "../rounds.js";
import { TreeBuilder } from "../tree-builder.js";
import { readCategories } from "./categories.js";
import type { Learner } from "./learner.js";
import { addTree, leafWidth } from "./tree.js";

/** The tree boosters: gbtree, and dart in its form before 3.3 (around a gbtree) and after (inside its model). */
export function readGbtree(booster: DocumentNode, learner: Learner, options: ReadOptions): TreeEnsembleData {
  const name = booster.get("name");
  if (name.text() !== "gbtree" && name.text() !== "dart") name.fail("expected gbtree, dart or gblinear");
  const isOldDart = booster.optional("gbtree") !== undefined;
  const model = (isOldDart ? booster.get("gbtree") : booster).get("model");
  const weightDrop = (isOldDart ? booster : model).optional("weight_drop");

  const trees = model.get("trees").items();
  const treeOutputs = model.get("tree_info").numbers(trees.length);
  const weights = treeWeights(weightDrop, trees.length);
  const count = treesToRead(model, trees.length, learner, options);
  const { features, outputNames, baseValues, transform, source, featureNames } = learner;
  const outputs = outputNames.length;
  const width = trees.length === 0 ? 1 : leafWidth(trees[0]!, outputs);
  const builder = new TreeBuilder(booster.format, features, outputs, width);
  for (let index = 0; index < count; index++) {
    const output = width > 1 ? -1 : treeOutputs[index]!;
    addTree(builder, trees[index]!, { output, width, weight: weights[index]! });
  }
  const categories = categoryNamesOf(options, readCategories(model.optional("cats"), features), features);
  return {
    ...builder.build(),
    featureNames,
    outputNames,
    categories,
    // "Found a category not in the training set", says XGBoost.
    refusals: unseenRefusals(categories),
    baseValues,
    transform,
    source,
  };
}

/** One a tree: 1 for trees that dart never weighted. */
function treeWeights(node: DocumentNode | undefined, trees: number): Float64Array {
  const weights = new Float64Array(trees).fill(1);
  if (node === undefined) return weights;
  const given = node.numbers();
  if (given.length > trees) node.fail(`expected at most ${trees} numbers, one a tree`);
  for (let t = 0; t < given.length; t++) {
    weights[t] = Math.fround(given[t]!);
    if (!Number.isFinite(weights[t]!)) node.at(t).fail("expected a finite weight");
  }
  return weights;
}

/** Rounds are runs of trees: told by `iteration_indptr` since 2.0, before that all of one length. */
function treesToRead(model: DocumentNode, trees: number, learner: Learner, options: ReadOptions): number {
  const indptr = model.optional("iteration_indptr");
  if (indptr !== undefined) {
    const starts = indptr.numbers();
    for (let i = 0; i < starts.length; i++) {
      const rises = Number.isInteger(starts[i]) && starts[i]! >= (i === 0 ? 0 : starts[i - 1]!);
      if (!rises || starts[i]! > trees) indptr.at(i).fail(`expected rising numbers of at most ${trees}`);
    }
    const rounds = Math.max(0, starts.length - 1);
    return rounds === 0 ? trees : starts[roundsToRead(options, rounds, learner.bestRounds)]!;
  }
  const parameters = model.optional("gbtree_model_param");
  const parallel = parameters?.optional("num_parallel_tree")?.integer(0, 2 ** 31) ?? 1;
  const perRound = Math.max(1, parallel) * learner.outputNames.length;
  return Math.min(trees, roundsToRead(options, Math.ceil(trees / perRound), learner.bestRounds) * perRound);
}
