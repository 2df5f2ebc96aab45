import { explainInPieces, type PieceOptions } from "@shap-service/jobs";
import { type Explainer, Explanation, type Matrix, type Model, type Predictions } from "shap-core";
import type { DirectWork } from "./direct-work.js";

/**
 * Explains the rows of a request. A slow model is explained piece by piece, so that other requests and Render's health
 * check are answered meanwhile.
 * @throws AdditivityError, and what `work` throws
 */
export async function explainRows(
  model: Model,
  explainer: Explainer,
  data: Matrix,
  options: PieceOptions,
  work: DirectWork,
): Promise<{ explanation: Explanation; predictions: Predictions }> {
  const { featureNames, outputNames } = model;
  const outputs = outputNames.length;
  const values = new Float64Array(data.rows * featureNames.length * outputs);
  const predictions = new Float64Array(data.rows * outputs);
  for await (const piece of explainInPieces(model, explainer, data, options)) {
    values.set(piece.explanation.values, piece.from * featureNames.length * outputs);
    predictions.set(piece.predictions.values, piece.from * outputs);
    work.goOn(piece.from + piece.predictions.rows, data.rows);
  }
  const baseValues = explainer.expectedValue;
  return {
    explanation: new Explanation({ values, baseValues, data, featureNames, outputNames }),
    predictions: { values: predictions, rows: data.rows, outputs },
  };
}
