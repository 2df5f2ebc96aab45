import { createExplainer, type Matrix, type Model, ShapeError, UnsupportedModelError } from "shap-core";
import type { JobOptions } from "../../job.js";
import { explainerOptions } from "../explainer-options.js";
import { parseModel, type ServedModel, summaryOf } from "../model-file.js";
import type { ModelSummary } from "../model-summary.js";

/** Rows of the background that are explained. */
const ROWS = 2;
/** Of the largest number that is added up. */
const TOLERANCE = 1e-6;

const ways: readonly JobOptions["perturbation"][] = ["auto", "interventional"];

/** A model that loads but whose explanation does not add up to its prediction. */
export class NotAdditiveError extends Error {
  override readonly name = "NotAdditiveError";
}

/**
 * Loads a model as the service would, predicts a row or two and explains them, and sees that each explanation adds up
 * to its prediction. A model that cannot be explained without background rows may do without, until it gets some.
 * @throws ModelFormatError, UnsupportedModelError, ShapeError (of the background), NotAdditiveError
 */
export function proveModel(name: string, file: Uint8Array, background: Uint8Array | undefined): ModelSummary {
  const served = parseModel(name, file, background, "upload");
  const rows = sampleOf(served);
  if (rows !== undefined) proveExplanations(served, rows);
  return summaryOf(served);
}

function proveExplanations(served: ServedModel, rows: Matrix): void {
  const refusals: UnsupportedModelError[] = [];
  for (const perturbation of ways) {
    try {
      const explainer = createExplainer(
        served.model,
        explainerOptions(served, { perturbation, output: "raw" }),
      );
      proveSum(served.model, rows, explainer.explain(rows));
    } catch (error) {
      if (!(error instanceof UnsupportedModelError)) throw error;
      refusals.push(error);
    }
  }
  if (refusals.length === ways.length && served.background !== undefined) throw refusals[0];
}

/** Rows the model has a prediction for: of its background, else made up. Some models refuse missing values. */
function sampleOf({ model, background }: ServedModel): Matrix | undefined {
  const columns = model.featureNames.length;
  if (background !== undefined) {
    const rows = Math.min(ROWS, background.rows);
    return { data: background.data.slice(0, rows * columns), rows, columns };
  }
  const made = [0, Number.NaN].map((value) => ({
    data: new Float64Array(columns).fill(value),
    rows: 1,
    columns,
  }));
  return made.find((rows) => isPredicted(model, rows));
}

function isPredicted(model: Model, rows: Matrix): boolean {
  try {
    return model.predict(rows).values.every(Number.isFinite);
  } catch (error) {
    if (error instanceof ShapeError) return false;
    throw error;
  }
}

function proveSum(
  model: Model,
  rows: Matrix,
  { values, baseValues }: { values: Float64Array; baseValues: Float64Array },
): void {
  const predictions = model.predict(rows).values;
  const outputs = baseValues.length;
  for (let r = 0; r < rows.rows; r++) {
    for (let k = 0; k < outputs; k++) {
      let sum = baseValues[k]!;
      let largest = Math.abs(sum);
      for (let j = 0; j < rows.columns; j++) {
        const value = values[(r * rows.columns + j) * outputs + k]!;
        sum += value;
        largest = Math.max(largest, Math.abs(value));
      }
      const prediction = predictions[r * outputs + k]!;
      if (Number.isNaN(prediction) && Number.isNaN(sum)) continue;
      if (Math.abs(sum - prediction) <= TOLERANCE * Math.max(1, largest, Math.abs(prediction))) continue;
      throw new NotAdditiveError(
        `the explanation of row ${r + 1} adds up to ${sum}, the model predicts ${prediction}`,
      );
    }
  }
}
