import { setImmediate } from "node:timers/promises";
import {
  type Explainer,
  type Explanation,
  type Matrix,
  type Model,
  type Predictions,
  rowsOf,
} from "shap-core";
import { rowsWithin } from "./chunk/chunk-bytes.js";

/** The first piece is one row, since it is not known how fast the model is explained; each may be so much longer than the one before. */
const GROWTH = 32;
/** About how long a piece may take: heartbeats, locks and requests are served in between. */
const PIECE_MS = 100;

export interface PieceOptions {
  readonly output: "raw" | "probability";
  /** The process's memory limit: what a piece takes is estimated, and kept to a small part of it. */
  readonly limitBytes: number;
}

/** Some consecutive rows, explained. */
export interface Piece {
  /** The first of them. */
  readonly from: number;
  readonly explanation: Explanation;
  readonly predictions: Predictions;
}

/**
 * Explains rows piece by piece. A row's values do not depend on the rows beside it, so they are the same wherever the
 * pieces are cut. Nothing is given that does not add up to its prediction.
 * @throws AdditivityError
 */
export async function* explainInPieces(
  model: Model,
  explainer: Explainer,
  matrix: Matrix,
  { output, limitBytes }: PieceOptions,
): AsyncGenerator<Piece> {
  const width = { features: model.featureNames.length, outputs: model.outputNames.length };
  const most = rowsWithin(limitBytes, width);
  let size = 1;
  for (let from = 0; from < matrix.rows; ) {
    if (from > 0) await setImmediate();
    const rows = rowsOf(matrix, from, size);
    const start = performance.now();
    const explanation = explainer.explain(rows);
    const predictions = model.predict(rows, { output });
    explanation.checkAdditive(predictions);
    const msPerRow = (performance.now() - start) / rows.rows;
    yield { from, explanation, predictions };
    from += rows.rows;
    size = Math.max(1, Math.min(most, GROWTH * size, Math.floor(PIECE_MS / msPerRow)));
  }
}
