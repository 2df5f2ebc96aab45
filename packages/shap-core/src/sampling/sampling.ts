import { ShapeError, UnsupportedModelError } from "../errors.js";
import type { CoalitionGame } from "./coalition-game.js";
import type { Random } from "./random.js";
import { coalitionOf, type Method, trivialValues } from "./row-values.js";

/** Draws a feature gets before the rest goes where the spread is; an even number. */
const FIRST_DRAWS = 100;
/** Draws evaluated at once: twice as many rows. */
const BLOCK = 4096;

/**
 * Shapley values by sampling feature by feature (Štrumbelj and Kononenko 2014): each draw takes a random order and
 * one background row, and compares the row with and without the feature. It suits large backgrounds, for a draw
 * costs two rows and not two backgrounds. The second half of the budget goes to the features in proportion to their
 * variance; then the values are shifted, by variance, so that they add up to the prediction.
 *
 * Default budget: 2,000 rows a varying feature. Standard errors come from the spread of the draws.
 * @throws UnsupportedModelError with a link other than identity, for single rows have no mean to link
 */
export const sampling: Method = async (game, { maxEvaluations, random }) => {
  const trivial = await trivialValues(game);
  if (trivial !== undefined) return trivial;
  const players = game.varying.length;
  const budget = Math.floor((maxEvaluations ?? 2000 * players) / 2);
  if (budget < 2 * players) {
    throw new ShapeError(
      `maxEvaluations is ${maxEvaluations}; method "sampling" needs at least ${4 * players} for ${players} varying features`,
    );
  }
  const ends = await game.worth([coalitionOf(game.features, []), coalitionOf(game.features, game.varying)]);
  const draws = new Draws(game, random);
  const first = Math.min(FIRST_DRAWS, Math.floor(budget / players));
  await draws.take(new Array(players).fill(first));
  const rest = budget - first * players;
  if (rest > 0) await draws.take(shares(draws.spread(), rest));
  return { ...draws.result(ends), baseValues: ends.slice(0, game.outputs) };
};

/** Whole shares of a total in proportion to the weights; what rounding leaves goes to the first ones. */
function shares(weights: readonly number[], total: number): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const parts = weights.map((weight) =>
    Math.floor(sum > 0 ? (total * weight) / sum : total / weights.length),
  );
  let left = total - parts.reduce((a, b) => a + b, 0);
  for (let i = 0; left > 0; i = (i + 1) % parts.length, left--) parts[i]!++;
  return parts;
}

/** Running sums of the draws of every varying feature. */
class Draws {
  private readonly counts: number[];
  private readonly means: Float64Array;
  private readonly squares: Float64Array;

  constructor(
    private readonly game: CoalitionGame,
    private readonly random: Random,
  ) {
    const size = game.varying.length * game.outputs;
    this.counts = new Array(game.varying.length).fill(0);
    this.means = new Float64Array(size);
    this.squares = new Float64Array(size);
  }

  /** @param wanted draws to add, one number a varying feature */
  async take(wanted: readonly number[]): Promise<void> {
    const players = wanted.flatMap((count, player) => new Array<number>(count).fill(player));
    for (let start = 0; start < players.length; start += BLOCK)
      await this.takeBlock(players.slice(start, start + BLOCK));
  }

  private async takeBlock(players: readonly number[]): Promise<void> {
    const { evaluator, masker, varying, features, outputs, x } = this.game;
    const rows = new Float64Array(2 * players.length * features);
    players.forEach((player, i) => {
      const order = this.random.shuffle(varying.slice());
      const sample = this.random.below(masker.samples);
      const place = order.indexOf(varying[player]!);
      const known = coalitionOf(features, order.slice(0, place + 1));
      masker.fillSample(x, known, sample, rows, 2 * i * features);
      known[varying[player]!] = 0;
      masker.fillSample(x, known, sample, rows, (2 * i + 1) * features);
    });
    evaluator.evaluations.coalitions += 2 * players.length;
    const answers = await evaluator.evaluate(rows, 2 * players.length);
    players.forEach((player, i) => {
      this.counts[player]!++;
      for (let k = 0; k < outputs; k++) {
        const gain = answers[2 * i * outputs + k]! - answers[(2 * i + 1) * outputs + k]!;
        const at = player * outputs + k;
        const delta = gain - this.means[at]!;
        this.means[at]! += delta / this.counts[player]!;
        this.squares[at]! += delta * (gain - this.means[at]!);
      }
    });
  }

  /** A number a varying feature: the variance of a draw, each output counted by its share of the whole variance. */
  spread(): number[] {
    const { varying, outputs } = this.game;
    const spread = new Array<number>(varying.length).fill(0);
    for (let k = 0; k < outputs; k++) {
      let total = 0;
      for (let i = 0; i < varying.length; i++) total += this.variance(i, k);
      if (total > 0) for (let i = 0; i < varying.length; i++) spread[i]! += this.variance(i, k) / total;
    }
    return spread;
  }

  result(ends: Float64Array): { values: Float64Array; standardErrors: Float64Array } {
    const { varying, features, outputs } = this.game;
    const values = new Float64Array(features * outputs);
    const standardErrors = new Float64Array(features * outputs);
    for (let k = 0; k < outputs; k++) {
      const variances = varying.map((_, i) => this.variance(i, k) / this.counts[i]!);
      const total = variances.reduce((a, b) => a + b, 0);
      let missing = ends[outputs + k]! - ends[k]!;
      for (let i = 0; i < varying.length; i++) missing -= this.means[i * outputs + k]!;
      varying.forEach((feature, i) => {
        const share = total > 0 ? variances[i]! / total : 1 / varying.length;
        values[feature * outputs + k] = this.means[i * outputs + k]! + missing * share;
        standardErrors[feature * outputs + k] = Math.sqrt(variances[i]!);
      });
    }
    return { values, standardErrors };
  }

  private variance(player: number, output: number): number {
    return this.squares[player * this.game.outputs + output]! / (this.counts[player]! - 1);
  }
}

/** @throws UnsupportedModelError where the link is not identity */
export function requireIdentityLink(link: string): void {
  if (link !== "identity") {
    throw new UnsupportedModelError(
      `Method "sampling" compares single rows and cannot use the ${link} link`,
      'Use method "permutation" or "kernel", or link "identity"',
    );
  }
}
