import { ShapeError, UnsupportedModelError } from "../errors.js";
import { Explanation } from "../explanation.js";
import { InteractionExplanation } from "../interaction-explanation.js";
import { type Matrix, rowsOf } from "../model/matrix.js";
import { type Rows, toMatrix } from "../model/rows.js";
import type { TreeEnsemble } from "../model/tree-ensemble.js";
import { compileTrees } from "./compiled/compile-trees.js";
import { type CompiledState, CompiledTrees } from "./compiled/compiled-trees.js";
import { attachKernel, type KernelMemory } from "./compiled/kernel.js";
import type { ExplainerPlan } from "./compiled/tree-plan.js";
import { expectedValue } from "./expected-value.js";
import { completeInteractions } from "./interactions.js";
import { checkLabels, lossScale, probabilityScale, type ScaleOfOutput } from "./output-scale.js";
import { addTreeByPairs, addTreeInteractionsByPairs } from "./pairwise.js";
import { addTreeInteractions } from "./path-interactions.js";
import { rescaledValues } from "./rescaled.js";
import { saabasValues } from "./saabas.js";
import { type SoftDecisions, softDecisions } from "./soft-decisions.js";
import { DEFAULT_TABLE_BYTES, gameOf, type TreeExplainerOptions, type TreeGame } from "./tree-options.js";

export interface TreeExplainOptions {
  /** The true label of each row (0 or 1, or the target): `output: "log_loss"` alone needs them. */
  readonly labels?: ArrayLike<number>;
  /**
   * An array to write the values to, rows × features × outputs long, instead of a new one: for rows that come in
   * batches. Explanations made with the same array share it, so only the last is valid.
   */
  readonly into?: Float64Array;
}

type CompiledGame = Extract<TreeGame, { kind: "path-dependent" | "interventional" }>;

/** Rows whose pairs are held at a time, beside the matrices that are asked for. */
const PIECE_ROWS = 512;

/** A model that another thread compiled. */
export interface AttachedEngine {
  readonly expectedValue: Float64Array;
  /** Absent where the values need no compiling. */
  readonly compiled?: { readonly state: CompiledState; readonly memory: KernelMemory };
  /** Which of the compiled model's work areas is this thread's. */
  readonly thread: number;
}

/** Exact Shapley values of a tree ensemble. */
export class TreeExplainer {
  readonly method = "tree";
  /**
   * What the model gives when nothing is known of a row; one an output. For `log_loss` this depends on the row's
   * label, so each explanation has its own and this is NaN.
   */
  readonly expectedValue: Float64Array;
  private readonly game: TreeGame;
  private knownSoft: SoftDecisions | undefined;
  private readonly engine: CompiledTrees | undefined;
  private pairEngine: CompiledTrees | undefined;

  /**
   * @param sharing for ../tree/pool: how many threads will share the compiled model, or what another thread compiled
   * @throws ShapeError, UnsupportedModelError where the options do not fit or the values could not be exact
   */
  constructor(
    private readonly model: TreeEnsemble,
    private readonly options: TreeExplainerOptions = {},
    sharing: { readonly threads?: number } | AttachedEngine = {},
  ) {
    this.game = gameOf(model, options);
    if ("expectedValue" in sharing) {
      this.expectedValue = sharing.expectedValue;
      const { compiled, thread } = sharing;
      if (compiled === undefined) return;
      this.engine = new CompiledTrees(model, compiled.state, attachKernel(compiled.memory, true), thread);
      return;
    }
    const { game } = this;
    if (game.kind === "path-dependent" || game.kind === "interventional") {
      this.engine = this.compile(game, 1, sharing.threads);
    }
    // What the tables were made of is large, and needed again only if interactions are asked for.
    this.knownSoft = undefined;
    this.expectedValue =
      game.kind === "interventional"
        ? backgroundMean(model, game.background, this.engine!.state)
        : expectedOf(model, game);
  }

  /** What another thread needs to explain with the same compiled model; made with `threads`. */
  share(): Omit<AttachedEngine, "thread"> {
    const { engine, expectedValue } = this;
    return { expectedValue, compiled: engine && { state: engine.state, memory: engine.kernel.memory } };
  }

  /** @throws ShapeError where a row or label does not fit the model */
  explain(rows: Rows, options: TreeExplainOptions = {}): Explanation {
    const data = toMatrix(rows, this.model);
    if (options.labels !== undefined && this.game.kind !== "log_loss") {
      throw new ShapeError('labels are for output "log_loss" only');
    }
    const into = this.checkInto(options.into, data.rows);
    if (this.game.kind === "probability" || this.game.kind === "log_loss") {
      return this.explainRescaled(data, this.game, options.labels, into);
    }
    return this.explanation(data, this.shapleyValues(data, into), this.expectedValue);
  }

  /**
   * Interactions of the raw output, as shap gives them: half of the Shapley interaction index off the diagonal.
   * @throws UnsupportedModelError where the explainer is approximate or explains another output
   */
  explainInteractions(rows: Rows): InteractionExplanation {
    const { model, game } = this;
    if (game.kind !== "path-dependent" && game.kind !== "interventional") {
      throw new UnsupportedModelError(
        game.kind === "saabas"
          ? "Approximate values have no interactions"
          : `Interactions of the output "${game.kind}" are not defined`,
        game.kind === "saabas" ? "Leave out `approximate`" : 'Use the output "raw"',
      );
    }
    const data = toMatrix(rows, model);
    const features = model.featureNames.length;
    const outputs = model.outputNames.length;
    const shapley = this.shapleyValues(data);
    const values = new Float64Array(data.rows * features * features * outputs);
    for (let first = 0; first < data.rows; first += PIECE_ROWS) {
      const piece = rowsOf(data, first, PIECE_ROWS);
      const pairs = this.pairValues(piece, game);
      const end = first + piece.rows;
      const valuesAt = features * features * outputs;
      completeInteractions(
        pairs,
        shapley.subarray(first * features * outputs, end * features * outputs),
        features,
        outputs,
        values.subarray(first * valuesAt, end * valuesAt),
      );
    }
    const { featureNames, outputNames } = model;
    return new InteractionExplanation({
      values,
      baseValues: this.expectedValue,
      data,
      featureNames,
      outputNames,
    });
  }

  /** What was chosen for each tree; no trees where the values need no compiling (approximate, rescaled outputs). */
  get plan(): ExplainerPlan {
    return this.engine?.plan ?? { kernel: "plain", tableBytes: 0, memoryBytes: 0, trees: [] };
  }

  private compile(game: CompiledGame, order: 1 | 2, threads?: number): CompiledTrees {
    const budget = this.options.maxTableBytes ?? DEFAULT_TABLE_BYTES;
    return compileTrees(this.model, this.soft, {
      order,
      // Values and interactions share the budget.
      maxTableBytes: budget - (this.engine?.plan.tableBytes ?? 0),
      background: game.kind === "interventional" ? game.background : undefined,
      kernel: this.options.kernel,
      threads,
    });
  }

  private get soft(): SoftDecisions {
    this.knownSoft ??= softDecisions(this.model, "cover" in this.game ? this.game.cover : undefined);
    return this.knownSoft;
  }

  /** rows × pairs × outputs, as completeInteractions takes them. */
  private pairValues(rows: Matrix, game: CompiledGame): Float64Array {
    const { model } = this;
    this.pairEngine ??= this.compile(game, 2);
    const { slots, leftOver } = this.pairEngine.state;
    const pairs = new Float64Array(rows.rows * slots);
    this.pairEngine.explain(rows, pairs);
    for (const tree of leftOver) {
      if (game.kind === "path-dependent") {
        addTreeInteractions(model, this.soft, game.cover, tree, rows, pairs);
      } else addTreeInteractionsByPairs(model, tree, rows, game.background, pairs);
    }
    return pairs;
  }

  private checkInto(into: Float64Array | undefined, rows: number): Float64Array | undefined {
    const length = rows * this.model.featureNames.length * this.model.outputNames.length;
    if (into !== undefined && into.length !== length) {
      throw new ShapeError(`\`into\` has ${into.length} places, the values of these rows are ${length}`);
    }
    return into;
  }

  private shapleyValues(data: Matrix, into?: Float64Array): Float64Array {
    const { model, game } = this;
    if (game.kind === "saabas") return written(saabasValues(model, game.cover, data), into);
    const values = into ?? new Float64Array(data.rows * model.featureNames.length * model.outputNames.length);
    this.engine?.explain(data, values);
    if (game.kind === "interventional") {
      for (const tree of this.engine?.state.leftOver ?? [])
        addTreeByPairs(model, tree, data, game.background, values);
    }
    return values;
  }

  private explainRescaled(
    data: Matrix,
    game: Extract<TreeGame, { kind: "probability" | "log_loss" }>,
    labels: ArrayLike<number> | undefined,
    into: Float64Array | undefined,
  ): Explanation {
    let scaleOfRow: (row: number) => ScaleOfOutput;
    if (game.kind === "log_loss") {
      const known = checkLabels(labels, data.rows);
      const scale = lossScale(this.model);
      scaleOfRow = (row) => scale(known[row]!);
    } else {
      const scale = probabilityScale(this.model);
      scaleOfRow = () => scale;
    }
    const rescaled = rescaledValues(this.model, game.background, data, scaleOfRow);
    const { baseValues } = rescaled;
    const values = written(rescaled.values, into);
    if (game.kind === "probability") return this.explanation(data, values, this.expectedValue);
    return this.explanation(data, values, this.expectedValue, baseValues);
  }

  private explanation(
    data: Matrix,
    values: Float64Array,
    baseValues: Float64Array,
    rowBaseValues?: Float64Array,
  ): Explanation {
    const { featureNames, outputNames } = this.model;
    return new Explanation({ values, baseValues, rowBaseValues, data, featureNames, outputNames });
  }
}

/** The values where they were wanted. */
function written(values: Float64Array, into: Float64Array | undefined): Float64Array {
  if (into === undefined) return values;
  into.set(values);
  return into;
}

/** The mean raw output of the background: the tables know it of their trees, the others are asked. */
function backgroundMean(model: TreeEnsemble, background: Matrix, state: CompiledState): Float64Array {
  const { baseValues, treeOutput, values, valueWidth } = model.data;
  const mean = Float64Array.from(baseValues, (base, k) => base + state.backgroundMean[k]!);
  for (const { tree, method } of state.plan.trees) {
    if (method === "tables") continue;
    const first = Math.max(0, treeOutput[tree]!);
    const width = treeOutput[tree]! >= 0 ? 1 : mean.length;
    for (let r = 0; r < background.rows; r++) {
      const leaf = model.leafOf(tree, background.data, r * background.columns);
      for (let k = 0; k < width; k++) mean[first + k]! += values[leaf * valueWidth + k]! / background.rows;
    }
  }
  return mean;
}

function expectedOf(model: TreeEnsemble, game: Exclude<TreeGame, { kind: "interventional" }>): Float64Array {
  if ("cover" in game) return expectedValue(model, game.cover);
  const outputs = model.outputNames.length;
  if (game.kind === "log_loss") {
    lossScale(model);
    return new Float64Array(outputs).fill(Number.NaN);
  }
  const { values } = model.predict(game.background);
  const scale = game.kind === "probability" ? probabilityScale(model).transform : (margin: number) => margin;
  const mean = new Float64Array(outputs);
  for (let i = 0; i < values.length; i++) mean[i % outputs]! += scale(values[i]!) / game.background.rows;
  return mean;
}
