import type { Matrix } from "../model/matrix.js";
import { LEAF, type TreeEnsemble } from "../model/tree-ensemble.js";
import { coverRatio } from "./cover-ratio.js";

/** The outputs of a model when only the features in the coalition (bit j = feature j) of one row are known. */
export type ValueFunction = (coalition: number) => Float64Array;

/**
 * v(S) of `tree_path_dependent` (Lundberg 2020, algorithm 1): follow the row where the split's feature is in S,
 * else take both children weighted by their cover.
 */
export function pathDependentGame(
  model: TreeEnsemble,
  cover: Float64Array,
  data: Float64Array,
  offset: number,
): ValueFunction {
  const { treeStart, treeOutput, feature, left, right, values, valueWidth, baseValues } = model.data;
  return (coalition) => {
    const outputs = Float64Array.from(baseValues);
    const visit = (tree: number, node: number, weight: number): void => {
      const j = feature[node]!;
      if (j === LEAF) {
        const output = treeOutput[tree]!;
        if (output >= 0) outputs[output]! += weight * values[node * valueWidth]!;
        else for (let k = 0; k < outputs.length; k++) outputs[k]! += weight * values[node * valueWidth + k]!;
      } else if ((coalition >>> j) & 1) {
        visit(tree, model.goesLeft(node, data[offset + j]!) ? left[node]! : right[node]!, weight);
      } else {
        for (const child of [left[node]!, right[node]!])
          visit(tree, child, weight * coverRatio(cover, child, left[node]! + right[node]! - child));
      }
    };
    for (let tree = 0; tree < model.treeCount; tree++) visit(tree, treeStart[tree]!, 1);
    return outputs;
  };
}

/** v(S) of `interventional`: the mean output over the background rows with the features in S set to the row's. */
export function interventionalGame(
  model: TreeEnsemble,
  background: Matrix,
  data: Float64Array,
  offset: number,
): ValueFunction {
  return (coalition) => {
    const mixed = { ...background, data: Float64Array.from(background.data) };
    for (let r = 0; r < background.rows; r++) {
      for (let j = 0; j < background.columns; j++) {
        if ((coalition >>> j) & 1) mixed.data[r * background.columns + j] = data[offset + j]!;
      }
    }
    const { values, outputs } = model.predict(mixed);
    const mean = new Float64Array(outputs);
    values.forEach((value, index) => {
      mean[index % outputs]! += value / background.rows;
    });
    return mean;
  };
}

/**
 * Shapley values by their definition: φ_i = Σ over S without i of |S|! (M − |S| − 1)! / M! · (v(S ∪ i) − v(S)).
 * Exponential in the number of features: the yardstick for everything faster.
 * @returns features × outputs, row-major
 */
export function shapleyByDefinition(game: ValueFunction, features: number): Float64Array {
  const worth = Array.from({ length: 2 ** features }, (_, coalition) => game(coalition));
  const outputs = worth[0]!.length;
  const phi = new Float64Array(features * outputs);
  for (let i = 0; i < features; i++) {
    for (let coalition = 0; coalition < worth.length; coalition++) {
      if ((coalition >>> i) & 1) continue;
      const weight = coalitionWeight(popcount(coalition), features);
      const [without, withI] = [worth[coalition]!, worth[coalition | (1 << i)]!];
      for (let k = 0; k < outputs; k++) phi[i * outputs + k]! += weight * (withI[k]! - without[k]!);
    }
  }
  return phi;
}

/**
 * Interaction values by their definition, as shap gives them: off the diagonal half of the Shapley interaction index,
 * Σ over S without i, j of |S|! (M − |S| − 2)! / (2 (M − 1)!) · (v(S ∪ ij) − v(S ∪ i) − v(S ∪ j) + v(S)); on the
 * diagonal the rest of φ_i, so that every row sums to its Shapley value.
 * @returns features × features × outputs, row-major
 */
export function interactionsByDefinition(game: ValueFunction, features: number): Float64Array {
  const worth = Array.from({ length: 2 ** features }, (_, coalition) => game(coalition));
  const outputs = worth[0]!.length;
  const phi = shapleyByDefinition((coalition) => worth[coalition]!, features);
  const result = new Float64Array(features * features * outputs);
  const at = (i: number, j: number, k: number) => (i * features + j) * outputs + k;
  for (let i = 0; i < features; i++) {
    for (let k = 0; k < outputs; k++) result[at(i, i, k)] = phi[i * outputs + k]!;
    for (let j = 0; j < features; j++) {
      if (j === i) continue;
      for (let coalition = 0; coalition < worth.length; coalition++) {
        if ((coalition >>> i) & 1 || (coalition >>> j) & 1) continue;
        const weight = coalitionWeight(popcount(coalition), features - 1) / 2;
        const [both, onlyI] = [worth[coalition | (1 << i) | (1 << j)]!, worth[coalition | (1 << i)]!];
        const [onlyJ, neither] = [worth[coalition | (1 << j)]!, worth[coalition]!];
        for (let k = 0; k < outputs; k++) {
          result[at(i, j, k)]! += weight * (both[k]! - onlyI[k]! - onlyJ[k]! + neither[k]!);
        }
      }
      for (let k = 0; k < outputs; k++) result[at(i, i, k)]! -= result[at(i, j, k)]!;
    }
  }
  return result;
}

/** s! (m − s − 1)! / m! = 1 / (m · C(m − 1, s)). */
function coalitionWeight(size: number, players: number): number {
  let binomial = 1;
  for (let k = 1; k <= size; k++) binomial = (binomial * (players - k)) / k;
  return 1 / (players * binomial);
}

function popcount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
