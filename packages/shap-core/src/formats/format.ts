import type { Model } from "../model/model.js";
import type { Content } from "./content.js";

/** What a file does not tell, or tells otherwise than wanted. Every format reads the options that concern it. */
export interface ReadOptions {
  /**
   * How many boosting rounds count, from the first. Default `best`: as the library's scikit-learn wrapper, that is
   * up to the best round where early stopping stored one, else all.
   */
  readonly iterations?: number | "best" | "all";
  /** The features' names, in column order. Default: those of the file, else f0, f1, ... */
  readonly featureNames?: readonly string[];
  /** For each categorical feature the names behind its codes 0, 1, 2, ... Default: those of the file. */
  readonly categories?: readonly (readonly string[] | null | undefined)[];
  /** XGBoost dump: the objective's name, as it was given to XGBoost. For a model file: instead of the file's. */
  readonly objective?: string;
  /** XGBoost dump: `base_score` as `save_config` tells it, that is a prediction, not a margin. */
  readonly baseScore?: number | readonly number[];
  /** XGBoost dump: how many classes or targets the model has. Default 1. */
  readonly outputs?: number;
  /** XGBoost dump: `num_parallel_tree`. Default 1. */
  readonly parallelTrees?: number;
  /** XGBoost dump of a dart booster: its `weight_drop`, one a tree. Default 1 each. */
  readonly treeWeights?: readonly number[];
}

/** One file format: how it is recognised, and how it is read. */
export interface Format<Name extends string = string> {
  /** The name in `loadModel`'s option `format` and in `model.source.format`. */
  readonly name: Name;
  /** The name for people. */
  readonly title: string;
  /** Whether the content begins like this format; looks at as little as it can and never throws. */
  readonly recognises: (content: Content) => boolean;
  /** @throws ModelFormatError, UnsupportedModelError */
  readonly read: (content: Content, options: ReadOptions) => Model;
}
