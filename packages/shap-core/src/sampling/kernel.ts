import { factorLdl, solveLdl } from "../algebra/ldl.js";
import { ShapeError } from "../errors.js";
import type { CoalitionGame } from "./coalition-game.js";
import { type CoalitionPlan, planCoalitions } from "./coalition-plan.js";
import { coalitionOf, type Method, trivialValues } from "./row-values.js";

/** Parts of the drawn coalitions that are left out in turn to see how much the values hang on them. */
const JACKKNIFE_GROUPS = 10;

/**
 * Kernel SHAP (Lundberg and Lee 2017): the additive function that fits the worth of the coalitions best, under the
 * Shapley kernel's weights and with base value and prediction met exactly. All features that vary take part: there
 * is no selection of ten features as in Python's shap.
 *
 * Default budget: 2n + 2048 coalitions, and the empty and the whole one. Where that is all there are, the values are
 * exact. Standard errors are a jackknife over ten groups of the drawn coalitions.
 */
export const kernel: Method = async (game, { maxEvaluations, random }) => {
  const trivial = await trivialValues(game);
  if (trivial !== undefined) return trivial;
  const players = game.varying.length;
  const budget = (maxEvaluations ?? 2 * players + 2050) - 2;
  if (budget < Math.min(2 * players, 2 ** players - 2)) {
    throw new ShapeError(
      `maxEvaluations is ${maxEvaluations}; method "kernel" needs at least ${2 * players + 2} for ${players} varying features`,
    );
  }
  const plan = planCoalitions(players, Math.min(budget, 2 ** players - 2), random);
  const whole = coalitionOf(game.features, game.varying);
  const worth = await game.worth([
    coalitionOf(game.features, []),
    whole,
    ...plan.coalitions.map((coalition) => widen(coalition, game)),
  ]);
  const { outputs, features } = game;
  const fitted = regress(plan, plan.weights, worth, outputs);
  const values = new Float64Array(features * outputs);
  const standardErrors = new Float64Array(features * outputs);
  const errors = jackknife(plan, worth, outputs);
  game.varying.forEach((feature, i) => {
    for (let k = 0; k < outputs; k++) {
      values[feature * outputs + k] = fitted[i * outputs + k]!;
      standardErrors[feature * outputs + k] = errors[i * outputs + k]!;
    }
  });
  return { values, baseValues: worth.slice(0, outputs), standardErrors };
};

function widen(coalition: Uint8Array, { features, varying }: CoalitionGame): Uint8Array {
  return coalitionOf(
    features,
    varying.filter((_, i) => coalition[i] === 1),
  );
}

/**
 * Weighted least squares with Σ values = whole − empty, by eliminating the last player.
 * @param worth of the empty, the whole and the planned coalitions
 * @returns players × outputs
 */
function regress(
  plan: CoalitionPlan,
  weights: Float64Array,
  worth: Float64Array,
  outputs: number,
): Float64Array {
  const players = plan.coalitions[0]!.length;
  const last = players - 1;
  const gram = new Float64Array(last * last);
  const right = Array.from({ length: outputs }, () => new Float64Array(last));
  plan.coalitions.forEach((coalition, c) => {
    const weight = weights[c]!;
    if (weight === 0) return;
    const row = coalition.subarray(0, last);
    const z = coalition[last]!;
    for (let i = 0; i < last; i++) {
      const zi = row[i]! - z;
      if (zi === 0) continue;
      for (let j = 0; j <= i; j++) gram[i * last + j]! += weight * zi * (row[j]! - z);
      for (let k = 0; k < outputs; k++) {
        const gain = worth[(c + 2) * outputs + k]! - worth[k]! - z * (worth[outputs + k]! - worth[k]!);
        right[k]![i]! += weight * zi * gain;
      }
    }
  });
  const factors = factorLdl(gram, last);
  const values = new Float64Array(players * outputs);
  for (let k = 0; k < outputs; k++) {
    const solution = solveLdl(factors, right[k]!);
    let rest = worth[outputs + k]! - worth[k]!;
    for (let i = 0; i < last; i++) {
      values[i * outputs + k] = solution[i]!;
      rest -= solution[i]!;
    }
    values[last * outputs + k] = rest;
  }
  return values;
}

/** Standard errors, players × outputs; zero where every coalition was evaluated. */
function jackknife(plan: CoalitionPlan, worth: Float64Array, outputs: number): Float64Array {
  const players = plan.coalitions[0]!.length;
  const errors = new Float64Array(players * outputs);
  if (plan.strata.every((stratum) => stratum < 0)) return errors;
  const estimates = Array.from({ length: JACKKNIFE_GROUPS }, (_, group) =>
    regress(plan, weightsWithout(plan, group), worth, outputs),
  );
  for (let i = 0; i < errors.length; i++) {
    const mean = estimates.reduce((sum, estimate) => sum + estimate[i]!, 0) / JACKKNIFE_GROUPS;
    const squares = estimates.reduce((sum, estimate) => sum + (estimate[i]! - mean) ** 2, 0);
    errors[i] = Math.sqrt((squares * (JACKKNIFE_GROUPS - 1)) / JACKKNIFE_GROUPS);
  }
  return errors;
}

/** The weights with one group of the drawn pairs left out; the rest of its stratum makes up for it. */
function weightsWithout(plan: CoalitionPlan, group: number): Float64Array {
  const inGroup = (c: number) => plan.strata[c]! >= 0 && (c >> 1) % JACKKNIFE_GROUPS === group;
  const all = new Map<number, number>();
  const kept = new Map<number, number>();
  plan.strata.forEach((stratum, c) => {
    all.set(stratum, (all.get(stratum) ?? 0) + 1);
    if (!inGroup(c)) kept.set(stratum, (kept.get(stratum) ?? 0) + 1);
  });
  return plan.weights.map((weight, c) => {
    const stratum = plan.strata[c]!;
    return inGroup(c) ? 0 : (weight * all.get(stratum)!) / kept.get(stratum)!;
  });
}
