import { eigenvaluesAbove, factorLdl, solveLdl } from "../algebra/ldl.js";
import { Random } from "../sampling/random.js";
import { shapleyWeights } from "../sampling/shapley-weights.js";
import { type RedundantGroup, redundantGroups } from "./redundant-groups.js";

/** Up to here every subset of features is looked at: 4,096 of them. */
const MOST_EXACT_FEATURES = 12;

/** From a row's distance to the mean to its values: a matrix, found once a model. */
export interface CreditMatrix {
  /** @param rise x − mean, one a feature */
  values(rise: Float64Array): Float64Array;
}

/**
 * The Shapley values of the game v(S) = E[c·x | x_S] under a multivariate normal distribution. It is linear in the
 * row: v(S) = v(∅) + g_S·(x_S − mean_S) with Σ_SS g_S = (Σ c)_S, so the values are one matrix times the row's
 * distance from the mean. Exact up to 12 features (groups of perfectly correlated ones count once); above, the mean
 * over `orders` random orders, each walked forwards and backwards, as Python's shap estimates it.
 *
 * Features that do not vary in the background, and what breaks a perfect correlation in a row, are independent of
 * all else: they keep coefficient × distance, so that values always add up to the prediction.
 */
export function correlationCredit(
  coefficients: Float64Array,
  covariance: Float64Array,
  { seed, orders }: { seed: number; orders: number },
): CreditMatrix {
  const features = coefficients.length;
  const groups = redundantGroups(covariance, features);
  const grouped = regularised(groupCovariance(groups, covariance, features), groups.length);
  const slopes = Float64Array.from(groups, ({ members }) =>
    members.reduce((sum, { feature, scale }) => sum + coefficients[feature]! * scale, 0),
  );
  const transform =
    groups.length <= MOST_EXACT_FEATURES
      ? overSubsets(slopes, grouped)
      : overOrders(slopes, grouped, orders, new Random(seed));
  return { values: (rise) => creditOf(rise, coefficients, groups, transform) };
}

function creditOf(
  rise: Float64Array,
  coefficients: Float64Array,
  groups: readonly RedundantGroup[],
  transform: Float64Array,
): Float64Array {
  const n = groups.length;
  const common = Float64Array.from(
    groups,
    ({ members }) =>
      members.reduce((sum, { feature, scale }) => sum + rise[feature]! / scale, 0) / members.length,
  );
  // Coefficient × distance for all; grouped features then swap what the group explains for their share of it.
  const values = coefficients.map((c, j) => c * rise[j]!);
  groups.forEach(({ members }, g) => {
    let credit = 0;
    for (let h = 0; h < n; h++) credit += transform[g * n + h]! * common[h]!;
    for (const { feature, scale } of members) {
      values[feature] =
        credit / members.length + coefficients[feature]! * (rise[feature]! - scale * common[g]!);
    }
  });
  return values;
}

/** The covariance of the groups' first members, on whose scale a group is measured. */
function groupCovariance(
  groups: readonly RedundantGroup[],
  covariance: Float64Array,
  features: number,
): Float64Array {
  const n = groups.length;
  const grouped = new Float64Array(n * n);
  groups.forEach((a, i) => {
    groups.forEach((b, j) => {
      let sum = 0;
      for (const p of a.members) {
        for (const q of b.members) sum += covariance[p.feature * features + q.feature]! / (p.scale * q.scale);
      }
      grouped[i * n + j] = sum / (a.members.length * b.members.length);
    });
  });
  return grouped;
}

/** As in Python's shap: 10⁻⁶ on the diagonal where the features are nearly collinear. */
function regularised(covariance: Float64Array, n: number): Float64Array {
  if (!eigenvaluesAbove(covariance, n, 1e-7)) for (let i = 0; i < n; i++) covariance[i * n + i]! += 1e-6;
  return covariance;
}

/** g_S, with zeros for the features outside S. */
function gradient(subset: readonly number[], target: Float64Array, covariance: Float64Array): Float64Array {
  const n = target.length;
  const size = subset.length;
  const inner = new Float64Array(size * size);
  subset.forEach((a, i) => {
    subset.forEach((b, j) => {
      inner[i * size + j] = covariance[a * n + b]!;
    });
  });
  const solution = solveLdl(
    factorLdl(inner, size),
    Float64Array.from(subset, (a) => target[a]!),
  );
  const wide = new Float64Array(n);
  subset.forEach((a, i) => {
    wide[a] = solution[i]!;
  });
  return wide;
}

/** Σ c: what every gradient is solved against. */
function product(covariance: Float64Array, slopes: Float64Array): Float64Array {
  const n = slopes.length;
  return slopes.map((_, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += covariance[i * n + j]! * slopes[j]!;
    return sum;
  });
}

function overSubsets(slopes: Float64Array, covariance: Float64Array): Float64Array {
  const n = slopes.length;
  const target = product(covariance, slopes);
  const weights = shapleyWeights(n);
  const players = Array.from({ length: n }, (_, i) => i);
  const gradients = Array.from({ length: 2 ** n }, (_, mask) =>
    gradient(
      players.filter((i) => (mask >>> i) & 1),
      target,
      covariance,
    ),
  );
  const transform = new Float64Array(n * n);
  gradients.forEach((without, mask) => {
    const outside = players.filter((i) => !((mask >>> i) & 1));
    const weight = weights[n - outside.length]!;
    for (const i of outside) {
      const joined = gradients[mask | (1 << i)]!;
      for (let j = 0; j < n; j++) transform[i * n + j]! += weight * (joined[j]! - without[j]!);
    }
  });
  return transform;
}

function overOrders(
  slopes: Float64Array,
  covariance: Float64Array,
  orders: number,
  random: Random,
): Float64Array {
  const n = slopes.length;
  const target = product(covariance, slopes);
  const transform = new Float64Array(n * n);
  const order = Array.from({ length: n }, (_, i) => i);
  const walk = (path: readonly number[], weight: number) => {
    let before: Float64Array = new Float64Array(n);
    path.forEach((player, place) => {
      const after = gradient(path.slice(0, place + 1), target, covariance);
      for (let j = 0; j < n; j++) transform[player * n + j]! += weight * (after[j]! - before[j]!);
      before = after;
    });
  };
  const pairs = Math.ceil(orders / 2);
  for (let p = 0; p < pairs; p++) {
    random.shuffle(order);
    walk(order, 0.5 / pairs);
    walk(order.slice().reverse(), 0.5 / pairs);
  }
  return transform;
}
