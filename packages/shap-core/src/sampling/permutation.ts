import { ShapeError } from "../errors.js";
import type { CoalitionGame } from "./coalition-game.js";
import { shuffleAlong } from "./hierarchy.js";
import type { Random } from "./random.js";
import { coalitionOf, type Method, trivialValues } from "./row-values.js";

/** Orders walked in one call of the game, so that a model function gets full batches. */
const ORDERS_A_BLOCK = 32;

/**
 * Shapley values as the mean gain of each feature along random orders (Castro, Gómez and Tejada 2009), each order
 * walked forwards and backwards: exact for games of at most pairwise interactions, at any budget. The empty and the
 * whole coalition are asked for once, not once an order, so an order costs 2·(n − 1) evaluations.
 *
 * Default budget: the larger of 500 and ten orders. Standard errors come from the spread between orders; with one
 * order they are NaN: unknown.
 */
export const permutation: Method = async (game, { maxEvaluations, random }) => {
  const trivial = await trivialValues(game);
  if (trivial !== undefined) return trivial;
  const players = game.varying.length;
  const perOrder = 2 * (players - 1);
  const budget = maxEvaluations ?? Math.max(500, 10 * perOrder + 2);
  const orders = Math.floor((budget - 2) / perOrder);
  if (orders < 1) {
    throw new ShapeError(
      `maxEvaluations is ${budget}; method "permutation" needs at least ${perOrder + 2} for ${players} varying features`,
    );
  }
  const ends = await game.worth([coalitionOf(game.features, []), coalitionOf(game.features, game.varying)]);
  const nextOrder = orderSource(game, random);
  const gains = new MeanAndSpread(game.features * game.outputs);
  for (let done = 0; done < orders; done += ORDERS_A_BLOCK) {
    const block = Array.from({ length: Math.min(ORDERS_A_BLOCK, orders - done) }, nextOrder);
    const worth = await game.worth(block.flatMap((order) => walk(order, game.features)));
    block.forEach((order, i) => {
      gains.add(
        gainsAlong(
          order,
          game,
          ends,
          worth.subarray(i * perOrder * game.outputs, (i + 1) * perOrder * game.outputs),
        ),
      );
    });
  }
  return {
    values: gains.mean,
    baseValues: ends.slice(0, game.outputs),
    standardErrors: gains.standardErrors(game.varying, game.outputs),
  };
};

/**
 * Random orders. Without a hierarchy each n of them make a Latin square, in which every feature stands once in every
 * place: still fair one by one, and together less spread than n unrelated orders.
 */
function orderSource(game: CoalitionGame, random: Random): () => number[] {
  const { hierarchy } = game.masker;
  const { varying } = game;
  const n = varying.length;
  if (hierarchy !== undefined) {
    const varies = new Set(varying);
    return () => shuffleAlong(hierarchy, game.features, random).filter((feature) => varies.has(feature));
  }
  const features = varying.slice();
  const places = Array.from(varying.keys());
  const shifts = places.slice();
  let row = 0;
  return () => {
    if (row % n === 0) for (const list of [features, places, shifts]) random.shuffle(list);
    const shift = shifts[row++ % n]!;
    return places.map((place) => features[(place + shift) % n]!);
  };
}

/** The coalitions strictly between empty and whole: features join in order, then leave in the same order. */
function walk(order: readonly number[], features: number): Uint8Array[] {
  const joining = coalitionOf(features, []);
  const leaving = coalitionOf(features, order);
  const forwards: Uint8Array[] = [];
  const backwards: Uint8Array[] = [];
  for (const feature of order.slice(0, -1)) {
    joining[feature] = 1;
    leaving[feature] = 0;
    forwards.push(joining.slice());
    backwards.push(leaving.slice());
  }
  return [...forwards, ...backwards];
}

/** Mean of each feature's gain on the way up and on the way down. `worth` is that of `walk`'s coalitions. */
function gainsAlong(
  order: readonly number[],
  { features, outputs }: CoalitionGame,
  ends: Float64Array,
  worth: Float64Array,
): Float64Array {
  const gains = new Float64Array(features * outputs);
  const steps = order.length - 1;
  for (let k = 0; k < outputs; k++) {
    const empty = ends[k]!;
    const whole = ends[outputs + k]!;
    let up = empty;
    let down = whole;
    order.forEach((feature, i) => {
      const nextUp = i < steps ? worth[i * outputs + k]! : whole;
      const nextDown = i < steps ? worth[(steps + i) * outputs + k]! : empty;
      gains[feature * outputs + k] = (nextUp - up + (down - nextDown)) / 2;
      up = nextUp;
      down = nextDown;
    });
  }
  return gains;
}

/** Welford's running mean and spread, entry by entry. */
class MeanAndSpread {
  readonly mean: Float64Array;
  private readonly squares: Float64Array;
  private count = 0;

  constructor(size: number) {
    this.mean = new Float64Array(size);
    this.squares = new Float64Array(size);
  }

  add(sample: Float64Array): void {
    this.count++;
    for (let i = 0; i < sample.length; i++) {
      const delta = sample[i]! - this.mean[i]!;
      this.mean[i]! += delta / this.count;
      this.squares[i]! += delta * (sample[i]! - this.mean[i]!);
    }
  }

  standardErrors(varying: readonly number[], outputs: number): Float64Array {
    const errors = new Float64Array(this.mean.length);
    for (const feature of varying) {
      for (let i = feature * outputs; i < (feature + 1) * outputs; i++) {
        errors[i] = Math.sqrt(this.squares[i]! / (this.count - 1) / this.count);
      }
    }
    return errors;
  }
}
