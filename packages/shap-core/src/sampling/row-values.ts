import type { CoalitionGame } from "./coalition-game.js";
import type { Random } from "./random.js";

/** One row's explanation. */
export interface RowValues {
  /** features × outputs. */
  readonly values: Float64Array;
  /** One an output: what the row's game gives when every feature is hidden. */
  readonly baseValues: Float64Array;
  /** features × outputs; absent where the method is exact. */
  readonly standardErrors?: Float64Array;
}

export interface MethodOptions {
  /** The most coalitions (for `sampling`: rows) a row may cost; absent: the method's default. */
  readonly maxEvaluations?: number;
  readonly random: Random;
}

/** A way to find the values of one row's game. */
export type Method = (game: CoalitionGame, options: MethodOptions) => Promise<RowValues>;

/** The coalition in which exactly these features are known. */
export function coalitionOf(features: number, known: Iterable<number>): Uint8Array {
  const coalition = new Uint8Array(features);
  for (const feature of known) coalition[feature] = 1;
  return coalition;
}

/**
 * The row's values where at most one feature varies, which every method finds alike; undefined otherwise.
 * A game without a choice has no sampling error.
 */
export async function trivialValues(game: CoalitionGame): Promise<RowValues | undefined> {
  const { varying, features } = game;
  if (varying.length > 1) return undefined;
  const coalitions = [
    coalitionOf(features, []),
    ...varying.map((feature) => coalitionOf(features, [feature])),
  ];
  const worth = await game.worth(coalitions);
  const { outputs } = game;
  const values = new Float64Array(features * outputs);
  for (const feature of varying) {
    for (let k = 0; k < outputs; k++) values[feature * outputs + k] = worth[outputs + k]! - worth[k]!;
  }
  return { values, baseValues: worth.slice(0, outputs), standardErrors: new Float64Array(values.length) };
}
