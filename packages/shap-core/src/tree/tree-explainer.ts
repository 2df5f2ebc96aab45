import { ShapeError, UnsupportedModelError } from "../errors.js";
import { Explanation } from "../explanation.js";
import { InteractionExplanation } from "../interaction-explanation.js";
import type { Matrix } from "../model/matrix.js";
import { type Rows, toMatrix } from "../model/rows.js";
import type { TreeEnsemble } from "../model/tree-ensemble.js";
import { CompiledTrees } from "./compiled/compiled-trees.js";
import type { ExplainerPlan } from "./compiled/tree-plan.js";
import { expectedValue } from "./expected-value.js";
import { completeInteractions, spreadPairs } from "./interactions.js";
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
  private readonly soft: SoftDecisions;
  private readonly engine: CompiledTrees | undefined;
  private pairEngine: CompiledTrees | undefined;

  /** @throws ShapeError, UnsupportedModelError where the options do not fit or the values could not be exact */
  constructor(
    private readonly model: TreeEnsemble,
    private readonly options: TreeExplainerOptions = {},
  ) {
    this.game = gameOf(model, options);
    this.soft = softDecisions(model, "cover" in this.game ? this.game.cover : undefined);
    this.expectedValue = expectedOf(model, this.game);
    const { game } = this;
    if (game.kind === "path-dependent" || game.kind === "interventional") this.engine = this.compile(game, 1);
  }

  /** @throws ShapeError where a row or label does not fit the model */
  explain(rows: Rows, options: TreeExplainOptions = {}): Explanation {
    const data = toMatrix(rows, this.model);
    if (options.labels !== undefined && this.game.kind !== "log_loss") {
      throw new ShapeError('labels are for output "log_loss" only');
    }
    if (this.game.kind === "probability" || this.game.kind === "log_loss") {
      return this.explainRescaled(data, this.game, options.labels);
    }
    return this.explanation(data, this.shapleyValues(data), this.expectedValue);
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
    const values = new Float64Array(data.rows * features * features * outputs);
    this.pairEngine ??= this.compile(game, 2);
    const pairs = new Float64Array(data.rows * this.pairEngine.slots);
    this.pairEngine.explain(data, pairs);
    spreadPairs(pairs, values, features, outputs);
    for (const tree of this.pairEngine.leftOver) {
      if (game.kind === "path-dependent") {
        addTreeInteractions(model, this.soft, game.cover, tree, data, values);
      } else addTreeInteractionsByPairs(model, tree, data, game.background, values);
    }
    completeInteractions(values, this.shapleyValues(data), features, outputs);
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

  private compile(
    game: Extract<TreeGame, { kind: "path-dependent" | "interventional" }>,
    order: 1 | 2,
  ): CompiledTrees {
    return new CompiledTrees(this.model, this.soft, {
      order,
      maxTableBytes: this.options.maxTableBytes ?? DEFAULT_TABLE_BYTES,
      background: game.kind === "interventional" ? game.background : undefined,
      kernel: this.options.kernel,
    });
  }

  private shapleyValues(data: Matrix): Float64Array {
    const { model, game } = this;
    if (game.kind === "saabas") return saabasValues(model, game.cover, data);
    const values = new Float64Array(data.rows * model.featureNames.length * model.outputNames.length);
    this.engine?.explain(data, values);
    if (game.kind === "interventional") {
      for (const tree of this.engine?.leftOver ?? [])
        addTreeByPairs(model, tree, data, game.background, values);
    }
    return values;
  }

  private explainRescaled(
    data: Matrix,
    game: Extract<TreeGame, { kind: "probability" | "log_loss" }>,
    labels: ArrayLike<number> | undefined,
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
    const { values, baseValues } = rescaledValues(this.model, game.background, data, scaleOfRow);
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

function expectedOf(model: TreeEnsemble, game: TreeGame): Float64Array {
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
