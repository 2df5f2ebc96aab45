import { ShapeError } from "../errors.js";
import { type ModelFunction, readOutputs } from "./model-function.js";
import { RowTable } from "./row-table.js";

/** What an explanation cost. */
export interface Evaluations {
  /** Coalitions whose worth was asked for (for `sampling`: single rows). */
  coalitions: number;
  /** Distinct rows the model function was given. */
  rows: number;
  /** Calls of the model function. */
  calls: number;
}

/** Numbers kept in the cache before it is emptied: 32 MB. */
const CACHED_NUMBERS = 4_000_000;

/** Asks the model about rows: each distinct row once, in calls of at most `batchSize` rows. */
export class RowEvaluator {
  readonly evaluations: Evaluations = { coalitions: 0, rows: 0, calls: 0 };
  private readonly table: RowTable;
  private known = new Float64Array(0);
  private outputsSeen: number | undefined;

  constructor(
    private readonly model: ModelFunction,
    readonly features: number,
    private readonly batchSize: number,
    private readonly signal?: AbortSignal,
    private readonly onCall?: () => void,
  ) {
    this.table = new RowTable(features);
  }

  /** Outputs a row; known after the first evaluation. */
  get outputs(): number {
    return this.outputsSeen ?? 0;
  }

  /**
   * @param rows `count` rows of `features` numbers, row-major
   * @returns count × outputs numbers
   * @throws ShapeError where the model's answer has not the shape it must have
   * @throws the signal's reason once it is aborted
   */
  async evaluate(rows: Float64Array, count: number): Promise<Float64Array> {
    if (this.table.rows * (this.features + this.outputs) > CACHED_NUMBERS) this.table.clear();
    const before = this.table.rows;
    const places = new Int32Array(count);
    for (let r = 0; r < count; r++) places[r] = this.table.add(rows, r * this.features);
    for (let start = before; start < this.table.rows; start += this.batchSize) {
      await this.call(start, Math.min(start + this.batchSize, this.table.rows));
    }
    const outputs = this.outputs;
    const answers = new Float64Array(count * outputs);
    for (let r = 0; r < count; r++) {
      const from = places[r]! * outputs;
      for (let k = 0; k < outputs; k++) answers[r * outputs + k] = this.known[from + k]!;
    }
    return answers;
  }

  private async call(start: number, end: number): Promise<void> {
    this.signal?.throwIfAborted();
    const batch = Array.from({ length: end - start }, (_, i) => Array.from(this.table.row(start + i)));
    this.evaluations.calls++;
    this.evaluations.rows += batch.length;
    const answer = readOutputs(await this.model(batch), end - start);
    this.signal?.throwIfAborted();
    const outputs = answer.length / (end - start);
    if (this.outputsSeen !== undefined && outputs !== this.outputsSeen) {
      throw new ShapeError(
        `the model function returned ${this.outputsSeen} outputs a row before and ${outputs} now`,
      );
    }
    this.outputsSeen = outputs;
    this.keep(answer, start);
    this.onCall?.();
  }

  private keep(answer: Float64Array, start: number): void {
    const needed = start * this.outputs + answer.length;
    if (needed > this.known.length) {
      const larger = new Float64Array(Math.max(needed, 2 * this.known.length));
      larger.set(this.known);
      this.known = larger;
    }
    this.known.set(answer, start * this.outputs);
  }
}
