import { ShapeError, UnsupportedModelError } from "../errors.js";
import { Explanation } from "../explanation.js";
import type { Matrix } from "../model/matrix.js";
import { type Rows, toMatrix } from "../model/rows.js";
import { CoalitionGame } from "./coalition-game.js";
import { exact } from "./exact.js";
import type { Hierarchy } from "./hierarchy.js";
import { kernel } from "./kernel.js";
import { type LinkName, links } from "./link.js";
import type { Masker } from "./masker.js";
import * as maskers from "./maskers.js";
import type { ModelFunction } from "./model-function.js";
import { fullEvaluations, partition } from "./partition.js";
import { permutation } from "./permutation.js";
import { hashRow, Random } from "./random.js";
import { type Evaluations, RowEvaluator } from "./row-evaluator.js";
import { coalitionOf, type Method, type RowValues } from "./row-values.js";
import { requireIdentityLink, sampling } from "./sampling.js";

/** The methods for any function, by the names of Python's shap. */
export type FunctionMethod = "exact" | "kernel" | "permutation" | "sampling" | "partition";

const methods: Readonly<Record<FunctionMethod, Method>> = { exact, kernel, permutation, sampling, partition };

export interface FunctionExplainerOptions {
  /**
   * Default `auto`, which picks as Python's `shap.Explainer` does: `exact` for an independent background of at most
   * 10 features or a hierarchy of at most 32 that 100,000 evaluations exhaust, else `permutation`.
   */
  readonly method?: "auto" | FunctionMethod;
  /** The rows that stand for "feature unknown"; all are used. This or `masker`. */
  readonly background?: Rows;
  /** What the model sees when features are hidden. */
  readonly masker?: Masker;
  /** With `background`: a hierarchy of the features. Default: none; `correlation` for method `partition`. */
  readonly clustering?: "correlation" | Hierarchy;
  /** Default: the keys of background rows that are objects, else `Feature 0`, `Feature 1`, ... */
  readonly featureNames?: readonly string[];
  /** For a categorical feature the names behind its codes; rows may then hold names. */
  readonly categories?: readonly (readonly string[] | undefined)[];
  /** Default: `output`, or `Output 0`, `Output 1`, ... where there are several. */
  readonly outputNames?: readonly string[];
  /** Default `identity`. `logit` explains log-odds of a model that gives probabilities. */
  readonly link?: LinkName;
  /**
   * With link `logit`: weigh the background so that the link acts like a linear one (Python's `linearize_link`).
   * Default true for `exact`, `permutation` and `partition`, false for `kernel`, as there.
   */
  readonly linearizeLink?: boolean;
  /** A whole number; default 0. One seed, one result, on every platform; a row's values do not depend on the others. */
  readonly seed?: number;
  /** The most coalitions a row may cost (for `sampling`: rows given to the model). Default: the method's. */
  readonly maxEvaluations?: number;
  /** The most rows in one call of the function; default 1,000. */
  readonly batchSize?: number;
}

export interface ExplainOptions {
  /** Stops between two calls of the model; `explain` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** After every call of the model, and after every row. */
  readonly onProgress?: (progress: ExplainProgress) => void;
}

export interface ExplainProgress extends Readonly<Evaluations> {
  readonly rowsDone: number;
  readonly rowsTotal: number;
}

/** Explains a function of rows. Made by `createExplainer`. */
export class FunctionExplainer {
  /** What was chosen. */
  readonly method: FunctionMethod;
  readonly featureNames: readonly string[];
  private readonly masker: Masker;
  private readonly expected: { value?: Promise<Float64Array> } = {};

  /**
   * @throws ShapeError where an option makes no sense
   * @throws UnsupportedModelError where options do not go together
   */
  constructor(
    private readonly model: ModelFunction,
    private readonly options: FunctionExplainerOptions,
  ) {
    checkNumbers(options);
    this.masker = maskerFor(options);
    this.featureNames = this.masker.featureNames;
    const { method = "auto", link = "identity" } = options;
    if (method !== "auto" && !Object.hasOwn(methods, method)) {
      throw new UnsupportedModelError(
        `There is no method ${JSON.stringify(method)} for a function`,
        `Use one of ${Object.keys(methods).join(", ")} or auto`,
      );
    }
    if (!Object.hasOwn(links, link)) {
      throw new UnsupportedModelError(`There is no link ${JSON.stringify(link)}`, "Use identity or logit");
    }
    this.method = method === "auto" ? automatic(this.masker) : method;
    if (this.method === "sampling") requireIdentityLink(link);
    if ((this.method === "kernel" || this.method === "sampling") && this.masker.hierarchy !== undefined) {
      throw new UnsupportedModelError(
        `Method "${this.method}" does not keep to a hierarchy of features`,
        'Use method "exact", "partition" or "permutation", or an independent masker',
      );
    }
  }

  /** What the function gives when nothing is known of a row; one an output. */
  get expectedValue(): Promise<Float64Array> {
    this.expected.value ??= this.explainNothing();
    return this.expected.value;
  }

  /**
   * @throws ShapeError where rows do not fit the background, or the function's answers their shape
   * @throws the signal's reason once it is aborted, and whatever the function throws
   */
  async explain(rows: Rows, { signal, onProgress }: ExplainOptions = {}): Promise<Explanation> {
    const data = toMatrix(rows, this.masker);
    let rowsDone = 0;
    const report = () => onProgress?.({ ...evaluator.evaluations, rowsDone, rowsTotal: data.rows });
    const evaluator = this.evaluator(signal, report);
    const explained: RowValues[] = [];
    for (let r = 0; r < data.rows; r++) {
      signal?.throwIfAborted();
      const x = data.data.slice(r * data.columns, (r + 1) * data.columns);
      const random = new Random(this.options.seed ?? 0, hashRow(x));
      const game = this.game(evaluator, x);
      const { maxEvaluations } = this.options;
      explained.push(await methods[this.method](game, { maxEvaluations, random }));
      rowsDone++;
      report();
    }
    if (data.rows === 0)
      await this.game(evaluator, new Float64Array(data.columns)).worth([new Uint8Array(data.columns)]);
    return this.assemble(data, explained, evaluator);
  }

  private evaluator(signal?: AbortSignal, onCall?: () => void): RowEvaluator {
    const { batchSize = 1000 } = this.options;
    return new RowEvaluator(this.model, this.featureNames.length, batchSize, signal, onCall);
  }

  private game(evaluator: RowEvaluator, x: Float64Array): CoalitionGame {
    const { link = "identity", linearizeLink = this.method !== "kernel" } = this.options;
    return new CoalitionGame(evaluator, this.masker, x, links[link], linearizeLink);
  }

  private async explainNothing(): Promise<Float64Array> {
    if (this.masker.kind === "fixed") {
      throw new UnsupportedModelError(
        "With fixed features every row has its own expected value",
        "Read `rowBaseValues` of the explanation",
      );
    }
    const features = this.featureNames.length;
    return this.game(this.evaluator(), new Float64Array(features)).worth([coalitionOf(features, [])]);
  }

  private assemble(data: Matrix, explained: readonly RowValues[], evaluator: RowEvaluator): Explanation {
    const { outputs } = evaluator;
    const perRow = data.columns * outputs;
    const values = new Float64Array(data.rows * perRow);
    const standardErrors = new Float64Array(data.rows * perRow);
    const rowBaseValues = new Float64Array(data.rows * outputs);
    explained.forEach((row, r) => {
      values.set(row.values, r * perRow);
      if (row.standardErrors !== undefined) standardErrors.set(row.standardErrors, r * perRow);
      rowBaseValues.set(row.baseValues, r * outputs);
    });
    const own = this.masker.kind === "fixed";
    return new Explanation({
      values,
      baseValues: own
        ? meanOfRows(rowBaseValues, outputs)
        : (explained[0]?.baseValues ?? new Float64Array(outputs)),
      rowBaseValues: own ? rowBaseValues : undefined,
      standardErrors: hasErrors(this.method) ? standardErrors : undefined,
      evaluations: { ...evaluator.evaluations },
      data,
      featureNames: this.featureNames,
      outputNames: this.outputNames(outputs),
    });
  }

  private outputNames(outputs: number): readonly string[] {
    const names = this.options.outputNames;
    if (names === undefined) {
      return outputs === 1 ? ["output"] : Array.from({ length: outputs }, (_, k) => `Output ${k}`);
    }
    if (names.length !== outputs) {
      throw new ShapeError(
        `outputNames has ${names.length} names; the model function gives ${outputs} outputs`,
      );
    }
    return names;
  }
}

const hasErrors = (method: FunctionMethod): boolean => method !== "exact" && method !== "partition";

function meanOfRows(rowBaseValues: Float64Array, outputs: number): Float64Array {
  const mean = new Float64Array(outputs);
  const rows = rowBaseValues.length / outputs;
  rowBaseValues.forEach((value, i) => {
    mean[i % outputs]! += value / rows;
  });
  return mean;
}

function maskerFor(options: FunctionExplainerOptions): Masker {
  const { background, masker, clustering, featureNames, categories, method } = options;
  if (masker !== undefined) {
    const extra = (["background", "clustering", "featureNames", "categories"] as const).find(
      (name) => options[name] !== undefined,
    );
    if (extra !== undefined) {
      throw new ShapeError(
        `\`${extra}\` belongs to the masker here: give it to the masker, or give no masker`,
      );
    }
    return masker;
  }
  if (background === undefined) {
    throw new UnsupportedModelError(
      "A function is explained against background rows",
      "Give `background`, typically 100 rows of the training data, or `masker`",
    );
  }
  if (clustering !== undefined || method === "partition") {
    return maskers.partition(background, { clustering, featureNames, categories });
  }
  return maskers.independent(background, { featureNames, categories });
}

function automatic({ kind, featureNames, hierarchy }: Masker): FunctionMethod {
  if (kind === "independent" && featureNames.length <= 10) return "exact";
  if (kind === "partition" && hierarchy !== undefined && featureNames.length <= 32) {
    if (fullEvaluations(hierarchy) <= 100_000) return "exact";
  }
  return "permutation";
}

function checkNumbers({ seed, maxEvaluations, batchSize }: FunctionExplainerOptions): void {
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    throw new ShapeError(`seed must be a whole number, got ${seed}`);
  }
  for (const [name, value] of Object.entries({ maxEvaluations, batchSize })) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0)) {
      throw new ShapeError(`${name} must be a whole number above zero, got ${value}`);
    }
  }
}
