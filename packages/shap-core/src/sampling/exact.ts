import { UnsupportedModelError } from "../errors.js";
import type { CoalitionGame } from "./coalition-game.js";
import { fullOwenValues } from "./partition.js";
import { type Method, type RowValues, trivialValues } from "./row-values.js";
import { shapleyWeights } from "./shapley-weights.js";

/** 2¹⁶ = 65,536 coalitions a row. */
export const MOST_EXACT_FEATURES = 16;

/**
 * The Shapley value by its definition, from all 2ⁿ coalitions of the n features that vary. With a hierarchy of
 * features: the Owen values, from all the coalitions the hierarchy allows.
 * @throws UnsupportedModelError where more than 16 features vary, or `maxEvaluations` is less than it takes
 */
export const exact: Method = async (game, { maxEvaluations }) => {
  if (game.masker.hierarchy !== undefined) return fullOwenValues(game, game.masker.hierarchy, maxEvaluations);
  const trivial = await trivialValues(game);
  if (trivial !== undefined) return { values: trivial.values, baseValues: trivial.baseValues };
  const players = game.varying.length;
  const coalitions = 2 ** players;
  if (players > MOST_EXACT_FEATURES || coalitions > (maxEvaluations ?? Number.POSITIVE_INFINITY)) {
    const limit =
      players > MOST_EXACT_FEATURES
        ? `it is for at most ${MOST_EXACT_FEATURES}`
        : `maxEvaluations is ${maxEvaluations}`;
    throw new UnsupportedModelError(
      `Method "exact" needs ${coalitions} evaluations for a row in which ${players} features vary; ${limit}`,
      'Use method "permutation" or "kernel", or a partition masker',
    );
  }
  return valuesFrom(await worthOfAll(game), game);
};

/** worth[mask · outputs + k]; bit i of a mask is the i-th varying feature. */
async function worthOfAll(game: CoalitionGame): Promise<Float64Array> {
  const count = 2 ** game.varying.length;
  const blockSize = Math.min(count, 4096);
  let worth = new Float64Array(0);
  const current = new Uint8Array(game.features);
  for (let start = 0; start < count; start += blockSize) {
    const block: Uint8Array[] = [];
    for (let i = start; i < start + blockSize; i++) {
      // Gray code: from one coalition to the next one feature changes, and rows that agree in it stay the same.
      if (i > 0) current[game.varying[lowestBit(i)]!]! ^= 1;
      block.push(current.slice());
    }
    const answers = await game.worth(block);
    if (start === 0) worth = new Float64Array(count * game.outputs);
    for (let i = 0; i < blockSize; i++) {
      const mask = (start + i) ^ ((start + i) >>> 1);
      worth.set(answers.subarray(i * game.outputs, (i + 1) * game.outputs), mask * game.outputs);
    }
  }
  return worth;
}

function valuesFrom(worth: Float64Array, game: CoalitionGame): RowValues {
  const { varying, outputs, features } = game;
  const weights = shapleyWeights(varying.length);
  const values = new Float64Array(features * outputs);
  for (let mask = 0; mask < 2 ** varying.length; mask++) {
    const weight = weights[bitCount(mask)]!;
    for (let i = 0; i < varying.length; i++) {
      if ((mask >>> i) & 1) continue;
      const withFeature = mask | (1 << i);
      for (let k = 0; k < outputs; k++) {
        const gain = worth[withFeature * outputs + k]! - worth[mask * outputs + k]!;
        values[varying[i]! * outputs + k]! += weight * gain;
      }
    }
  }
  return { values, baseValues: worth.slice(0, outputs) };
}

const lowestBit = (n: number): number => 31 - Math.clz32(n & -n);

function bitCount(n: number): number {
  let count = 0;
  for (let rest = n; rest !== 0; rest &= rest - 1) count++;
  return count;
}
