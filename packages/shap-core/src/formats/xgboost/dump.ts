import { ShapeError, UnsupportedModelError } from "../../errors.js";
import { TreeEnsemble } from "../../model/tree-ensemble.js";
import { categoryNamesOf, unseenRefusals } from "../category-names.js";
import type { DocumentNode } from "../document.js";
import { outputNamesOf } from "../feature-names.js";
import type { Format, ReadOptions } from "../format.js";
import { MAX_DEPTH, MAX_OUTPUTS } from "../limits.js";
import { roundsToRead } from "../rounds.js";
import { TreeBuilder } from "../tree-builder.js";
import { baseMargins } from "./base-score.js";
import { addDumpedTree } from "./dump-tree.js";
import { objectiveNamed } from "./objective.js";

const name = "xgboost-dump";

/** XGBoost's `dump_model(file, dump_format="json", with_stats=True)`: the trees and nothing else. */
export const xgboostDump = {
  name,
  title: "XGBoost dump JSON",
  recognises: (content) => {
    const { json } = content;
    if (!Array.isArray(json) || typeof json[0] !== "object" || json[0] === null) return false;
    return Object.hasOwn(json[0], "nodeid") || Object.hasOwn(json[0], "leaf");
  },
  read: (content, options) => readDump(content.document(name), options),
} as const satisfies Format;

/** What a dump does not tell and nothing can be computed without. */
const needed = ["objective", "baseScore", "featureNames"] as const;

type Needed = Required<Pick<ReadOptions, (typeof needed)[number]>>;

function readDump(document: DocumentNode, options: ReadOptions): TreeEnsemble {
  checkNeeded(options);
  const { featureNames } = options;
  const outputs = wholeOption(options, "outputs", MAX_OUTPUTS);
  const parallelTrees = wholeOption(options, "parallelTrees", 2 ** 31);
  const objective = objectiveNamed(options.objective);
  const scores = typeof options.baseScore === "number" ? [options.baseScore] : options.baseScore;
  const baseValues = baseMargins(scores, outputs, objective);

  const trees = document.items();
  const isVector = trees.some((tree) => hasVectorLeaf(tree));
  const perRound = isVector ? parallelTrees : parallelTrees * outputs;
  if (trees.length % perRound !== 0)
    document.fail(`expected a multiple of ${perRound} trees, as outputs and parallelTrees say`);
  const weights = options.treeWeights ?? [];
  if (weights.length > 0 && (weights.length !== trees.length || !weights.every(Number.isFinite)))
    throw new ShapeError(`the option treeWeights must be ${trees.length} finite numbers, one a tree`);
  const count = roundsToRead(options, trees.length / perRound) * perRound;
  const builder = new TreeBuilder(name, featureNames.length, outputs, isVector ? outputs : 1);
  for (let index = 0; index < count; index++) {
    const output = isVector ? -1 : Math.floor(index / parallelTrees) % outputs;
    addDumpedTree(builder, trees[index]!, { output, weight: Math.fround(weights[index] ?? 1), featureNames });
  }
  const categories = categoryNamesOf(options, undefined, featureNames.length);
  return new TreeEnsemble({
    ...builder.build(),
    featureNames,
    outputNames: outputNamesOf(undefined, outputs),
    categories,
    refusals: unseenRefusals(categories),
    baseValues,
    transform: objective.transform,
    source: { format: name, objective: objective.name },
  });
}

function checkNeeded(options: ReadOptions): asserts options is ReadOptions & Needed {
  const missing = needed.filter((option) => options[option] === undefined);
  if (missing.length === 0) return;
  throw new UnsupportedModelError(
    `An XGBoost dump holds the trees only; it does not tell ${missing.join(", ")}`,
    "Give them as options of loadModel, and where they are not 1 outputs (classes) and parallelTrees, " +
      "or save the model with save_model('model.json')",
  );
}

function wholeOption(options: ReadOptions, option: "outputs" | "parallelTrees", most: number): number {
  const value = options[option] ?? 1;
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new ShapeError(`the option ${option} must be a whole number from 1 to ${most}, got ${String(value)}`);
}

/** Whether the leaf that is first in the file holds a list; looks along one path only. */
function hasVectorLeaf(tree: DocumentNode): boolean {
  let node = tree;
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    const leaf = node.optional("leaf");
    if (leaf !== undefined) return leaf.isList();
    const children = node.optional("children");
    if (children === undefined || children.length === 0) return false;
    node = children.at(0);
  }
  return false;
}
