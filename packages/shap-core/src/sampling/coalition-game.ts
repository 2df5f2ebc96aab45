import type { Link } from "./link.js";
import type { Masker } from "./masker.js";
import type { RowEvaluator } from "./row-evaluator.js";

/** Numbers in one block of masked rows: 8 MB. */
const BLOCK_NUMBERS = 1_000_000;

/** The game of one row: what each coalition of its features is worth. */
export class CoalitionGame {
  /** The features that hiding can change; all others have the value 0. */
  readonly varying: readonly number[];
  readonly features: number;
  private weights: Float64Array | undefined;

  /**
   * @param linearize weigh the background so that the mean of link(output) is link(mean of outputs), as Python's
   *   shap does (`linearize_link`); without, a coalition's worth is link(mean of outputs)
   */
  constructor(
    readonly evaluator: RowEvaluator,
    readonly masker: Masker,
    readonly x: Float64Array,
    private readonly link: Link,
    private readonly linearize: boolean,
  ) {
    this.varying = masker.varying(x);
    this.features = x.length;
  }

  get outputs(): number {
    return this.evaluator.outputs;
  }

  /**
   * What coalitions are worth: coalitions × outputs numbers. All coalitions the method will want next should come in
   * one call, so that the model is called with full batches.
   */
  async worth(coalitions: readonly Uint8Array[]): Promise<Float64Array> {
    if (this.linearize && this.link.name !== "identity" && this.weights === undefined) {
      this.weights = linearizingWeights(
        await this.rowsOf([new Uint8Array(this.features)]),
        this.link,
        this.outputs,
      );
    }
    this.evaluator.evaluations.coalitions += coalitions.length;
    const perBlock = Math.max(1, Math.floor(BLOCK_NUMBERS / (this.masker.samples * this.features)));
    let worth = new Float64Array(0);
    for (let start = 0; start < coalitions.length; start += perBlock) {
      const block = coalitions.slice(start, start + perBlock);
      const means = this.average(await this.rowsOf(block), block.length);
      if (start === 0) worth = new Float64Array(coalitions.length * this.outputs);
      worth.set(means, start * this.outputs);
    }
    return worth;
  }

  private rowsOf(coalitions: readonly Uint8Array[]): Promise<Float64Array> {
    const { samples } = this.masker;
    const rows = new Float64Array(coalitions.length * samples * this.features);
    coalitions.forEach((coalition, i) => {
      this.masker.fill(this.x, coalition, rows, i * samples * this.features);
    });
    return this.evaluator.evaluate(rows, coalitions.length * samples);
  }

  private average(answers: Float64Array, coalitions: number): Float64Array {
    const { samples } = this.masker;
    const { outputs, link, weights } = this;
    const means = new Float64Array(coalitions * outputs);
    for (let i = 0; i < coalitions; i++) {
      for (let k = 0; k < outputs; k++) {
        let sum = 0;
        for (let s = 0; s < samples; s++) {
          const output = answers[(i * samples + s) * outputs + k]!;
          sum += weights === undefined ? output : weights[s * outputs + k]! * link.apply(output);
        }
        means[i * outputs + k] = weights === undefined ? link.apply(sum / samples) : sum / samples;
      }
    }
    return means;
  }
}

/** Sample s weighs in proportion to the secant of the inverse link between its output and the mean output. */
function linearizingWeights(answers: Float64Array, link: Link, outputs: number): Float64Array {
  const samples = answers.length / outputs;
  const weights = new Float64Array(answers.length);
  for (let k = 0; k < outputs; k++) {
    let mean = 0;
    for (let s = 0; s < samples; s++) mean += answers[s * outputs + k]! / samples;
    const linkedMean = link.apply(mean);
    let total = 0;
    for (let s = 0; s < samples; s++) {
      const output = answers[s * outputs + k]!;
      const rise = link.apply(output) - linkedMean;
      const weight = rise === 0 ? 1 / link.slope(mean) : (output - mean) / rise;
      weights[s * outputs + k] = weight;
      total += weight;
    }
    for (let s = 0; s < samples; s++) weights[s * outputs + k]! *= samples / total;
  }
  return weights;
}
