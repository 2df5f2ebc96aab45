import { TreeEnsemble } from "../../model/tree-ensemble.js";
import { categoryNamesOf } from "../category-names.js";
import type { DocumentNode } from "../document.js";
import { featureNamesOf, outputNamesOf } from "../feature-names.js";
import type { ReadOptions } from "../format.js";
import { MAX_FEATURES, MAX_OUTPUTS } from "../limits.js";
import { roundsToRead } from "../rounds.js";
import { TreeBuilder } from "../tree-builder.js";
import { readObjective } from "./objective.js";
import { pandasCategories } from "./pandas-categories.js";

/** What the text file and the JSON dump tell alike. */
export interface LightgbmFile {
  /** The header: num_tree_per_iteration, max_feature_idx, feature_names, objective, version. */
  readonly header: DocumentNode;
  readonly averageOutput: boolean;
  readonly trees: readonly DocumentNode[];
  /** For each feature the categories its values had in training; undefined where it was numeric or is not told. */
  readonly categoricalFeatures: readonly number[];
  /** The lists of category names that Python's pandas had, in column order. */
  readonly pandasCategorical: DocumentNode | undefined;
  /** Adds one of `trees`, its leaf values multiplied by `scale`. */
  readonly addTree: (builder: TreeBuilder, tree: DocumentNode, output: number, scale: number) => void;
}

/**
 * Puts a LightGBM model together: tree i belongs to output i modulo the number of outputs. A random forest's raw
 * output is the mean over its rounds, as its predict has it (`predict(raw_score=True)` of LightGBM gives the sum).
 */
export function readLightgbm(file: LightgbmFile, options: ReadOptions): TreeEnsemble {
  const { header, trees } = file;
  const outputs = header.get("num_tree_per_iteration").integer(1, MAX_OUTPUTS);
  const features = header.get("max_feature_idx").integer(-1, MAX_FEATURES - 1) + 1;
  const objective = readObjective(header.optional("objective"));
  if (trees.length % outputs !== 0)
    header.get("num_tree_per_iteration").fail(`expected a divisor of the ${trees.length} trees`);
  const rounds = trees.length === 0 ? 0 : roundsToRead(options, trees.length / outputs);
  const builder = new TreeBuilder(header.format, features, outputs);
  const scale = file.averageOutput ? 1 / Math.max(1, rounds) : 1;
  for (let index = 0; index < rounds * outputs; index++) {
    file.addTree(builder, trees[index]!, index % outputs, scale);
  }
  const categories = options.categories === undefined ? pandasCategories(file, features) : undefined;
  return new TreeEnsemble({
    ...builder.build(),
    featureNames: featureNamesOf(header.optional("feature_names"), features, options),
    outputNames: outputNamesOf(undefined, outputs),
    categories: categoryNamesOf(options, categories, features),
    unseenIsMissing: true,
    baseValues: new Float64Array(outputs),
    transform: objective.transform,
    source: {
      format: header.format,
      objective: objective.name,
      version: header.optional("version")?.text(),
    },
  });
}
