import type { TreeEnsembleData } from "../../model/tree-ensemble.js";
import type { AttachedEngine } from "../tree-explainer.js";
import type { TreeExplainerOptions } from "../tree-options.js";

/** What a worker thread starts with. */
export interface WorkerStart {
  readonly model: TreeEnsembleData;
  readonly options: TreeExplainerOptions;
  readonly engine: AttachedEngine;
}

/** Rows to explain together with the other threads. All arrays are shared; each thread takes piece after piece. */
export interface PoolJob {
  readonly id: number;
  readonly kind: "values" | "interactions";
  /** rows × columns. */
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly labels: Float64Array | undefined;
  /** One number: the first row that no thread has taken yet. */
  readonly nextRow: Int32Array;
  readonly rowsAPiece: number;
  /** As in Explanation or InteractionExplanation. */
  readonly values: Float64Array;
  readonly rowBaseValues: Float64Array | undefined;
}

/** A thread has no more to do for a job, or cannot go on with it. */
export interface PoolAnswer {
  readonly id: number;
  readonly error?: unknown;
}
