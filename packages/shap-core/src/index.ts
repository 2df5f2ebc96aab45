export {
  ModelFormatError,
  ShapError,
  type ShapErrorCode,
  ShapeError,
  UnsupportedModelError,
} from "./errors.js";
export { createExplainer, type Explainer } from "./explainer.js";
export { Explanation, type ExplanationData, type ExplanationJson } from "./explanation.js";
export { type LoadModelOptions, loadModel, type ModelFormat } from "./formats/load-model.js";
export { type InteractionData, InteractionExplanation } from "./interaction-explanation.js";
export { LinearModel, type LinearModelData } from "./model/linear-model.js";
export type { Matrix } from "./model/matrix.js";
export type { Model, ModelSource, PredictionOutput, Predictions, PredictOptions } from "./model/model.js";
export { nearestName } from "./model/nearest-name.js";
export type { OutputTransform } from "./model/output-transform.js";
export { type Cell, type RowSchema, type Rows, toMatrix, UNSEEN_CATEGORY } from "./model/rows.js";
export { TreeEnsemble, type TreeEnsembleData } from "./model/tree-ensemble.js";
export type { TreeExplainOptions } from "./tree/tree-explainer.js";
export type { TreeExplainerOptions } from "./tree/tree-options.js";
