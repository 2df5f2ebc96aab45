export {
  AdditivityError,
  ModelFormatError,
  ShapError,
  type ShapErrorCode,
  ShapeError,
  UnsupportedModelError,
} from "./errors.js";
export { createExplainer, type Explainer } from "./explainer.js";
export type { ModelAsFunctionOptions, ModelExplainerOptions, ModelMethod } from "./explainer-options.js";
export type { Cohorts } from "./explanation/cohorts.js";
export type { ColumnOptions } from "./explanation/columns.js";
export type { CsvOptions } from "./explanation/csv.js";
export type { ExplanationJson, JsonNumber } from "./explanation/json.js";
export { FeatureSummary } from "./explanation/reduction.js";
export type { RowRange, Selection } from "./explanation/selection.js";
export type { SentenceOptions } from "./explanation/sentence.js";
export { Explanation, type ExplanationData } from "./explanation.js";
export { type LoadModelOptions, loadModel, type ModelFormat } from "./formats/load-model.js";
export { type InteractionData, InteractionExplanation } from "./interaction-explanation.js";
export {
  type BackgroundMoments,
  LinearExplainer,
  type LinearExplainerOptions,
} from "./linear/linear-explainer.js";
export { LinearModel, type LinearModelData } from "./model/linear-model.js";
export { type Matrix, rowsOf } from "./model/matrix.js";
export type { Model, ModelSource, PredictionOutput, Predictions, PredictOptions } from "./model/model.js";
export { nearestName } from "./model/nearest-name.js";
export type { OutputTransform } from "./model/output-transform.js";
export { type Cell, type RowSchema, type Rows, toMatrix, UNSEEN_CATEGORY } from "./model/rows.js";
export { TreeEnsemble, type TreeEnsembleData } from "./model/tree-ensemble.js";
export {
  type ExplainOptions,
  type ExplainProgress,
  FunctionExplainer,
  type FunctionExplainerOptions,
  type FunctionMethod,
} from "./sampling/function-explainer.js";
export { correlationClustering, type Hierarchy, type Linkage, leafOrder } from "./sampling/hierarchy.js";
export type { LinkName } from "./sampling/link.js";
export type { Masker } from "./sampling/masker.js";
export type { MaskerOptions } from "./sampling/maskers.js";
export * as maskers from "./sampling/maskers.js";
export type { ModelFunction, ModelOutputs } from "./sampling/model-function.js";
export type { Evaluations } from "./sampling/row-evaluator.js";
export type { ExplainerPlan, TreePlan } from "./tree/compiled/tree-plan.js";
export {
  createExplainerPool,
  type ExplainerPool,
  type ExplainerPoolOptions,
} from "./tree/pool/explainer-pool.js";
export type { TreeExplainOptions } from "./tree/tree-explainer.js";
export type { TreeExplainerOptions } from "./tree/tree-options.js";
