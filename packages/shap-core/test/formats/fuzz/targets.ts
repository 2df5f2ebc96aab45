import type { LoadModelOptions } from "../../../src/index.js";

/** A format to be fuzzed: one line in the table. */
export interface FuzzTarget {
  readonly format: Exclude<LoadModelOptions["format"], undefined | "auto">;
  /** Small model files to mutate, below fixtures/: a few KB each, so that 10,000 inputs take seconds. */
  readonly seeds: readonly string[];
  readonly options?: LoadModelOptions;
}

export const targets: readonly FuzzTarget[] = [
  {
    format: "xgboost-json",
    seeds: [
      "xgboost/tiny/model.json",
      "xgboost/tiny-gblinear/model.json",
      "xgboost/tiny-vector-leaf/model.json",
    ],
  },
  {
    format: "xgboost-ubjson",
    seeds: [
      "xgboost/tiny/model.ubj",
      "xgboost/tiny-gblinear/model.ubj",
      "xgboost/tiny-vector-leaf/model.ubj",
    ],
  },
  {
    format: "xgboost-dump",
    seeds: ["xgboost/dump-tiny/dump.json"],
    options: { objective: "reg:squarederror", baseScore: 0.5, featureNames: ["age", "bmi", "bp"] },
  },
  { format: "lightgbm-text", seeds: ["lightgbm/tiny/model.txt", "lightgbm/tiny-linear/model.txt"] },
  { format: "lightgbm-json", seeds: ["lightgbm/tiny/dump.json", "lightgbm/tiny-linear/dump.json"] },
  { format: "catboost-json", seeds: ["catboost/tiny/model.json", "catboost/tiny-lossguide/model.json"] },
  {
    format: "shap-trees-json",
    seeds: ["sklearn/tree-classification/trees.json", "sklearn/hist-named-categories/trees.json"],
  },
  {
    format: "treelite-json",
    seeds: ["sklearn/boosting-from-zero/treelite.json", "sklearn/hist-categories/treelite.json"],
  },
  {
    format: "linear-json",
    seeds: ["sklearn/logistic-binary/linear.json", "sklearn/logistic-multiclass/linear.json"],
  },
  {
    format: "onnx",
    seeds: [
      "sklearn/tree-regression/model.onnx",
      "sklearn/tree-regression/model-v3.onnx",
      "sklearn/tree-regression/model-v5.onnx",
      "sklearn/tree-classification/model.onnx",
      "sklearn/scaled-logistic/model.onnx",
      "sklearn/scaled-forest/model-columns.onnx",
    ],
  },
  {
    format: "pmml",
    seeds: [
      "sklearn/tree-regression/model-uncompacted.pmml",
      "sklearn/tree-classification/model.pmml",
      "sklearn/logistic-multiclass/model.pmml",
    ],
  },
];
