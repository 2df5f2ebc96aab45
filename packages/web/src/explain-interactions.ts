import { setImmediate } from "node:timers/promises";
import {
  type Explainer,
  Explanation,
  InteractionExplanation,
  type Matrix,
  type Predictions,
  rowsOf,
} from "shap-core";
import type { DirectWork } from "./direct-work.js";

/** About how long a piece may take: other requests are served in between. */
const PIECE_MS = 100;
/** A piece may have so many times the rows of the one before, whose speed may mislead. */
const GROWTH = 4;

/**
 * Pairwise values of a request's rows, piece by piece, since one row of a large model takes some 0.2 s. Nothing is given
 * that does not add up to its prediction.
 * @throws AdditivityError, UnsupportedModelError, and what `work` throws
 */
export async function explainInteractions(
  explainer: Explainer,
  matrix: Matrix,
  predictions: Predictions,
  work: DirectWork,
): Promise<InteractionExplanation> {
  const pieces: InteractionExplanation[] = [];
  for (let from = 0, size = 1; from < matrix.rows; ) {
    const start = performance.now();
    const piece = explainer.explainInteractions(rowsOf(matrix, from, size));
    const { rows } = piece.data;
    perFeature(piece).checkAdditive(predictionsOf(predictions, from, rows));
    const msPerRow = (performance.now() - start) / rows;
    pieces.push(piece);
    from += rows;
    await setImmediate();
    work.goOn(from, matrix.rows);
    size = Math.max(1, Math.min(GROWTH * size, Math.floor(PIECE_MS / msPerRow)));
  }
  return joined(pieces, matrix);
}

/** Each feature's sum over the features it is paired with, which is its Shapley value. */
function perFeature({ values, ...fields }: InteractionExplanation): Explanation {
  const [features, outputs] = [fields.featureNames.length, fields.outputNames.length];
  const sums = new Float64Array(fields.data.rows * features * outputs);
  for (let i = 0; i < values.length; i++) {
    const rowAndFeature = Math.floor(i / (features * outputs));
    sums[rowAndFeature * outputs + (i % outputs)]! += values[i]!;
  }
  return new Explanation({ ...fields, values: sums });
}

function joined(pieces: readonly InteractionExplanation[], data: Matrix): InteractionExplanation {
  const [first] = pieces;
  const values = new Float64Array(pieces.reduce((sum, piece) => sum + piece.values.length, 0));
  let at = 0;
  for (const piece of pieces) {
    values.set(piece.values, at);
    at += piece.values.length;
  }
  return new InteractionExplanation({ ...first!, values, data });
}

function predictionsOf({ values, outputs }: Predictions, from: number, rows: number): Predictions {
  return { values: values.subarray(from * outputs, (from + rows) * outputs), rows, outputs };
}
