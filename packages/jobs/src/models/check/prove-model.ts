import { createExplainer, type Matrix, type Model, ShapeError, UnsupportedModelError } from "shap-core";
import type { JobOptions } from "../../job.js";
import { explainerOptions } from "../explainer-options.js";
import { parseModel, type ServedModel, summaryOf } from "../model-file.js";
import type { ModelSummary } from "../model-summary.js";

/** Rows of the background that are explained. */
const ROWS = 2;
const ways: readonly JobOptions["perturbation"][] = ["auto", "interventional"];

/**
 * Loads a model as the service would, predicts a row or two and explains them, and sees that each explanation adds up
 * to its prediction. A model that cannot be explained without background rows may do without, until it gets some.
 * @throws ModelFormatError, UnsupportedModelError, ShapeError (of the background), AdditivityError
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
      explainer.explain(rows).checkAdditive(served.model.predict(rows));
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
