import { ShapeError, UnsupportedModelError } from "../errors.js";
import type { CoalitionGame } from "./coalition-game.js";
import { type Hierarchy, membersOf, sizeOf } from "./hierarchy.js";
import { PriorityQueue } from "./priority-queue.js";
import { coalitionOf, type Method, type RowValues } from "./row-values.js";

/** Evaluations of the budget where none is given, as in Python's shap. */
const DEFAULT_BUDGET = 500;
/** Clusters opened between two looks at where the largest differences are; two evaluations each. */
const WAVE = 5;
/** Where the budget is no limit, all open clusters go in one call, up to this many. */
const FULL_WAVE = 2048;
const MOST_FULL_EVALUATIONS = 100_000;

/**
 * Owen values over a hierarchy of features (Owen 1977, recursively): a cluster's credit is divided between its two
 * parts as if they were the only players, in the context that the rest of the tree is known and that it is hidden.
 * The clusters with the largest differences are opened first; what the budget leaves closed is divided by size.
 *
 * Default budget: 500. With enough budget (n² for a balanced tree) the values are exact.
 */
export const partition: Method = (game, { maxEvaluations }) => {
  const { hierarchy } = game.masker;
  if (hierarchy === undefined) {
    throw new UnsupportedModelError(
      'Method "partition" needs a hierarchy of features',
      "Give `clustering`, or a partition masker",
    );
  }
  return owenValues(game, hierarchy, maxEvaluations ?? DEFAULT_BUDGET);
};

/**
 * Owen values from all the coalitions the hierarchy allows.
 * @throws UnsupportedModelError where that is more than `maxEvaluations`, by default 100,000
 */
export async function fullOwenValues(
  game: CoalitionGame,
  hierarchy: Hierarchy,
  maxEvaluations = MOST_FULL_EVALUATIONS,
): Promise<RowValues> {
  const needed = fullEvaluations(hierarchy);
  if (needed > maxEvaluations) {
    throw new UnsupportedModelError(
      `Method "exact" needs ${needed} evaluations for this clustering; maxEvaluations is ${maxEvaluations}`,
      'Use method "partition" or "permutation"',
    );
  }
  return owenValues(game, hierarchy, needed);
}

/** What exact Owen values cost: every merge is opened once for each way its ancestors' other parts can stand. */
export function fullEvaluations(hierarchy: Hierarchy): number {
  const features = hierarchy.length + 1;
  let total = 2;
  const open = features > 1 ? [{ cluster: 2 * features - 2, contexts: 1 }] : [];
  while (open.length > 0) {
    const { cluster, contexts } = open.pop()!;
    total += 2 * contexts;
    for (const child of hierarchy[cluster - features]!.slice(0, 2)) {
      if (child >= features) open.push({ cluster: child, contexts: 2 * contexts });
    }
  }
  return total;
}

/** A cluster in one context: `hidden` without its features, `known` with them. */
interface OpenCluster {
  readonly cluster: number;
  readonly context: Uint8Array;
  readonly hidden: Float64Array;
  readonly known: Float64Array;
  readonly weight: number;
}

async function owenValues(
  game: CoalitionGame,
  hierarchy: Hierarchy,
  maxEvaluations: number,
): Promise<RowValues> {
  if (maxEvaluations < 2)
    throw new ShapeError(`maxEvaluations is ${maxEvaluations}; "partition" needs at least 2`);
  const { features } = game;
  const empty = coalitionOf(features, []);
  const ends = await game.worth([empty, new Uint8Array(features).fill(1)]);
  const { outputs } = game;
  const credit = new Float64Array((2 * features - 1) * outputs);
  const queue = new PriorityQueue<OpenCluster>();
  const put = (open: OpenCluster) => queue.push(open.weight * largestDifference(open), open);
  put({
    cluster: 2 * features - 2,
    context: empty,
    hidden: ends.slice(0, outputs),
    known: ends.slice(outputs),
    weight: 1,
  });
  let left = maxEvaluations - 2;
  const wave = left >= fullEvaluations(hierarchy) - 2 ? FULL_WAVE : WAVE;
  while (queue.size > 0) {
    const opened: OpenCluster[] = [];
    while (queue.size > 0 && opened.length < wave) {
      const open = queue.pop()!;
      if (open.cluster >= features && left >= 2) {
        left -= 2;
        opened.push(open);
      } else settle(credit, open, outputs);
    }
    const coalitions = opened.flatMap((open) =>
      partsOf(hierarchy, features, open.cluster).map((part) => joined(open.context, hierarchy, part)),
    );
    const worth = await game.worth(coalitions);
    opened.forEach((open, i) => {
      const [left, right] = partsOf(hierarchy, features, open.cluster) as [number, number];
      const [withLeft, withRight] = [coalitions[2 * i]!, coalitions[2 * i + 1]!];
      const leftWorth = worth.slice(2 * i * outputs, (2 * i + 1) * outputs);
      const rightWorth = worth.slice((2 * i + 1) * outputs, (2 * i + 2) * outputs);
      const { context, hidden, known } = open;
      const weight = open.weight / 2;
      put({ cluster: left, context, hidden, known: leftWorth, weight });
      put({ cluster: right, context, hidden, known: rightWorth, weight });
      put({ cluster: left, context: withRight, hidden: rightWorth, known, weight });
      put({ cluster: right, context: withLeft, hidden: leftWorth, known, weight });
    });
  }
  divideBySize(credit, hierarchy, features, outputs);
  return { values: credit.slice(0, features * outputs), baseValues: ends.slice(0, outputs) };
}

const partsOf = (hierarchy: Hierarchy, features: number, cluster: number): number[] =>
  hierarchy[cluster - features]!.slice(0, 2);

function joined(context: Uint8Array, hierarchy: Hierarchy, cluster: number): Uint8Array {
  const coalition = context.slice();
  for (const feature of membersOf(hierarchy, context.length, cluster)) coalition[feature] = 1;
  return coalition;
}

function largestDifference({ hidden, known }: OpenCluster): number {
  let largest = 0;
  for (let k = 0; k < hidden.length; k++) largest = Math.max(largest, Math.abs(known[k]! - hidden[k]!));
  return largest;
}

function settle(credit: Float64Array, open: OpenCluster, outputs: number): void {
  for (let k = 0; k < outputs; k++) {
    credit[open.cluster * outputs + k]! += (open.known[k]! - open.hidden[k]!) * open.weight;
  }
}

/** Hands the credit that stayed on a cluster down to its features. */
function divideBySize(credit: Float64Array, hierarchy: Hierarchy, features: number, outputs: number): void {
  for (let cluster = 2 * features - 2; cluster >= features; cluster--) {
    const size = sizeOf(hierarchy, features, cluster);
    for (const part of partsOf(hierarchy, features, cluster)) {
      const share = sizeOf(hierarchy, features, part) / size;
      for (let k = 0; k < outputs; k++) credit[part * outputs + k]! += credit[cluster * outputs + k]! * share;
    }
  }
}
