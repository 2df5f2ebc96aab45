import type { Worker } from "node:worker_threads";
import { ShapeError, UnsupportedModelError } from "../../errors.js";
import { Explanation } from "../../explanation.js";
import { InteractionExplanation } from "../../interaction-explanation.js";
import type { Model } from "../../model/model.js";
import { type Rows, toMatrix } from "../../model/rows.js";
import type { TreeEnsemble, TreeEnsembleData } from "../../model/tree-ensemble.js";
import type { ExplainerPlan } from "../compiled/tree-plan.js";
import { checkLabels } from "../output-scale.js";
import { TreeExplainer, type TreeExplainOptions } from "../tree-explainer.js";
import type { TreeExplainerOptions } from "../tree-options.js";
import type { PoolAnswer, PoolJob, WorkerStart } from "./protocol.js";

export interface ExplainerPoolOptions extends TreeExplainerOptions {
  /** Worker threads. Default: as many as the machine runs at once. */
  readonly threads?: number;
}

/** Each thread takes this many pieces of a job, so that a slow thread does not hold the others up. */
const PIECES_A_THREAD = 3;

/**
 * An explainer that spreads its rows over worker threads, for Node. The model is compiled once, into memory that all
 * threads read; rows and values are shared too. Values and their order are those of `createExplainer`.
 * Threads without work do not keep the process alive.
 * @throws what createExplainer throws, and ShapeError where `threads` is no whole number above 0
 */
export async function createExplainerPool(
  model: Model,
  options: ExplainerPoolOptions = {},
): Promise<ExplainerPool> {
  if (model.kind !== "tree-ensemble") {
    throw new UnsupportedModelError(`A ${model.kind} model needs no threads`, "Use createExplainer");
  }
  // Browsers have neither: they are asked for here alone.
  const { availableParallelism } = await import("node:os");
  const { Worker } = await import("node:worker_threads");
  const { threads = availableParallelism(), ...rest } = options;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new ShapeError(`threads is ${threads}, expected a whole number above 0`);
  }
  const background = rest.background === undefined ? undefined : toMatrix(rest.background, model);
  const explainer = new TreeExplainer(model, { ...rest, background }, { threads });
  const engine = explainer.share();
  const data = shareArrays(model.data);
  const workers = Array.from({ length: threads }, (_, thread) => {
    const workerData: WorkerStart = {
      model: data,
      options: { ...rest, background: background && shareArrays(background) },
      engine: { ...engine, thread },
    };
    return new Worker(new URL("./pool-worker.js", import.meta.url), { workerData });
  });
  return new ExplainerPool(model, explainer, options, workers);
}

interface Pending {
  left: number;
  error: unknown;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class ExplainerPool {
  private readonly pending = new Map<number, Pending>();
  private nextId = 0;
  private broken: unknown;
  private closed = false;

  /** Use `createExplainerPool`. */
  constructor(
    private readonly model: TreeEnsemble,
    private readonly explainer: TreeExplainer,
    private readonly options: ExplainerPoolOptions,
    private readonly workers: readonly Worker[],
  ) {
    for (const worker of workers) {
      worker.unref();
      worker.on("message", (answer: PoolAnswer) => this.settle(answer));
      worker.on("error", (error) => this.fail(error));
      worker.on("exit", () => this.fail(new Error("a thread of the explainer pool ended")));
    }
  }

  get threads(): number {
    return this.workers.length;
  }

  get expectedValue(): Float64Array {
    return this.explainer.expectedValue;
  }

  get plan(): ExplainerPlan {
    return this.explainer.plan;
  }

  /** @throws ShapeError where a row or label does not fit the model */
  async explain(rows: Rows, options: Omit<TreeExplainOptions, "into"> = {}): Promise<Explanation> {
    const { model, expectedValue } = this;
    const data = toMatrix(rows, model);
    const isLoss = this.options.output === "log_loss";
    if (options.labels !== undefined && !isLoss)
      throw new ShapeError('labels are for output "log_loss" only');
    const labels = isLoss ? sharedCopy(checkLabels(options.labels, data.rows)) : undefined;
    const { featureNames, outputNames } = model;
    const job = await this.run({
      kind: "values",
      data: sharedCopy(data.data),
      rows: data.rows,
      columns: data.columns,
      labels,
      values: sharedArray(data.rows * data.columns * outputNames.length),
      rowBaseValues: isLoss ? sharedArray(data.rows) : undefined,
    });
    return new Explanation({
      values: new Float64Array(job.values),
      baseValues: expectedValue,
      rowBaseValues: job.rowBaseValues && new Float64Array(job.rowBaseValues),
      data,
      featureNames,
      outputNames,
    });
  }

  /** As the explainer's; each thread compiles its own tables of pairs at the first call. */
  async explainInteractions(rows: Rows): Promise<InteractionExplanation> {
    const data = toMatrix(rows, this.model);
    const { featureNames, outputNames } = this.model;
    const job = await this.run({
      kind: "interactions",
      data: sharedCopy(data.data),
      rows: data.rows,
      columns: data.columns,
      labels: undefined,
      values: sharedArray(data.rows * data.columns ** 2 * outputNames.length),
      rowBaseValues: undefined,
    });
    const values = new Float64Array(job.values);
    return new InteractionExplanation({
      values,
      baseValues: this.expectedValue,
      data,
      featureNames,
      outputNames,
    });
  }

  /** Ends the threads; what they were at is rejected. */
  async close(): Promise<void> {
    this.closed = true;
    this.fail(new Error("the explainer pool is closed"));
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private async run(work: Omit<PoolJob, "id" | "nextRow" | "rowsAPiece">): Promise<PoolJob> {
    if (this.broken !== undefined) throw this.broken;
    const pieces = this.threads * PIECES_A_THREAD;
    const rowsAPiece = Math.max(8, Math.ceil(work.rows / pieces / 8) * 8);
    const nextRow = new Int32Array(new SharedArrayBuffer(4));
    const job: PoolJob = { ...work, id: this.nextId++, rowsAPiece, nextRow };
    await new Promise<void>((resolve, reject) => {
      this.pending.set(job.id, { left: this.threads, error: undefined, resolve, reject });
      for (const worker of this.workers) {
        worker.ref();
        worker.postMessage(job);
      }
    });
    return job;
  }

  /** A thread is through with a job; the last one settles it. */
  private settle({ id, error }: PoolAnswer): void {
    const job = this.pending.get(id);
    if (job === undefined) return;
    job.error ??= error;
    if (--job.left > 0) return;
    this.pending.delete(id);
    if (this.pending.size === 0) for (const worker of this.workers) worker.unref();
    if (job.error === undefined) job.resolve();
    else job.reject(job.error);
  }

  /** No thread can be trusted to answer any more. */
  private fail(error: unknown): void {
    this.broken ??= error;
    for (const job of this.pending.values()) job.reject(this.broken);
    this.pending.clear();
    if (!this.closed) for (const worker of this.workers) worker.unref();
  }
}

function sharedArray(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * length));
}

function sharedCopy(values: ArrayLike<number>): Float64Array {
  const copy = sharedArray(values.length);
  copy.set(values);
  return copy;
}

/** The same fields, with the typed arrays in shared memory, so that threads do not each get a copy. */
function shareArrays<T extends TreeEnsembleData | { data: Float64Array }>(fields: T): T {
  const entries = Object.entries(fields).map(([name, value]: [string, unknown]) => {
    if (!ArrayBuffer.isView(value) || value instanceof DataView) return [name, value];
    const array = value as Float64Array;
    const shared = new (array.constructor as Float64ArrayConstructor)(
      new SharedArrayBuffer(array.byteLength),
    );
    shared.set(array);
    return [name, shared];
  });
  return Object.fromEntries(entries) as T;
}
