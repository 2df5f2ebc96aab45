import { setImmediate } from "node:timers/promises";
import type { Explainer, Matrix, Model } from "shap-core";
import { rowsWithin } from "./chunk/chunk-bytes.js";
import { type Precision, ResultChunkBuilder } from "./chunk/result-chunk.js";

/** Rows of the first piece, while it is not known how fast the model is explained. */
const FIRST_ROWS = 32;
/** About how long a piece may take: heartbeats, locks and requests are served in between. */
const PIECE_MS = 100;

export interface PieceOptions {
  readonly output: "raw" | "probability";
  readonly precision?: Precision;
  /** The process's memory limit: what a piece takes is estimated, and kept to a small part of it. */
  readonly limitBytes: number;
  /** Aborted: the rows are no longer this process's to explain. */
  readonly signal: AbortSignal;
}

/**
 * Explains the rows of a chunk piece by piece. A row's values do not depend on the rows beside it, so the result is the
 * same wherever the pieces are cut.
 * @throws the signal's reason
 */
export async function explainInPieces(
  model: Model,
  explainer: Explainer,
  matrix: Matrix,
  { output, precision, limitBytes, signal }: PieceOptions,
): Promise<ResultChunkBuilder> {
  const width = { features: model.featureNames.length, outputs: model.outputNames.length };
  const result = new ResultChunkBuilder({ rows: matrix.rows, ...width, precision });
  const most = rowsWithin(limitBytes, width);
  let size = Math.min(FIRST_ROWS, most);
  for (let from = 0; from < matrix.rows; ) {
    const piece = rowsOf(matrix, from, size);
    const start = performance.now();
    result.add(from, explainer.explain(piece), model.predict(piece, { output }));
    const msPerRow = (performance.now() - start) / piece.rows;
    from += piece.rows;
    size = Math.max(1, Math.min(most, Math.floor(PIECE_MS / msPerRow)));
    await setImmediate();
    signal.throwIfAborted();
  }
  return result;
}

function rowsOf({ data, rows: all, columns }: Matrix, from: number, count: number): Matrix {
  const rows = Math.min(count, all - from);
  return { data: data.subarray(from * columns, (from + rows) * columns), rows, columns };
}
