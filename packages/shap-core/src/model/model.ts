import type { LinearModel } from "./linear-model.js";
import type { Rows } from "./rows.js";
import type { TreeEnsemble } from "./tree-ensemble.js";

/** What `loadModel` gives. */
export type Model = TreeEnsemble | LinearModel;

/** Where a model came from. All that is known, for people to read; nothing computes with it. */
export interface ModelSource {
  /** The file format, for example `xgboost-json`. */
  readonly format: string;
  /** The library's name for what was optimised, for example `binary:logistic`. */
  readonly objective?: string;
  /** The version of the library that wrote the file, for example `3.4.1`. */
  readonly version?: string;
}

/**
 * Which number is meant: `raw` is the model's margin, the scale on which trees add up; `probability` is what the
 * library's own predict gives after the objective's transform (a rate for Poisson, the value itself for squared error).
 */
export type PredictionOutput = "raw" | "probability";

export interface PredictOptions {
  /** Default `raw`. */
  readonly output?: PredictionOutput;
}

/** rows × outputs numbers, row-major. */
export interface Predictions {
  readonly values: Float64Array;
  readonly rows: number;
  readonly outputs: number;
}

/** What every model can tell and do, whatever file it came from. */
export interface Predictor {
  readonly kind: "tree-ensemble" | "linear";
  readonly featureNames: readonly string[];
  /** One name a column of the raw output. */
  readonly outputNames: readonly string[];
  /** For a categorical feature the names behind its codes, where the file has them. */
  readonly categories?: readonly (readonly string[] | undefined)[];
  readonly source: ModelSource;
  predict(rows: Rows, options?: PredictOptions): Predictions;
}
