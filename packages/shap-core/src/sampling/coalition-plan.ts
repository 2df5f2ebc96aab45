import type { Random } from "./random.js";

/** Pairs of complementary coalitions of one size: `smaller` features known, or all but those. */
interface SizeClass {
  readonly smaller: number;
  /** Pairs there are. */
  readonly pairs: number;
  /** What all of them together weigh in the Shapley kernel. */
  readonly weight: number;
}

/** Coalitions of a plan, in pairs: player i of coalition 2p + 1 is known where it is hidden in coalition 2p. */
export interface CoalitionPlan {
  readonly coalitions: readonly Uint8Array[];
  /** One a coalition. */
  readonly weights: Float64Array;
  /** One a coalition: the size class it was drawn from, or −1 where that class is complete. */
  readonly strata: Int32Array;
}

/**
 * Which coalitions of `players` to evaluate, and what each weighs in the Shapley kernel's regression. Small and large
 * coalitions come first and whole; what then remains of the budget is spread over the other sizes and drawn without
 * replacement, each coalition with its complement (Covert and Lee 2021).
 * @param budget at most so many coalitions; at least 2 × players
 */
export function planCoalitions(players: number, budget: number, random: Random): CoalitionPlan {
  const classes = sizeClasses(players);
  const counts = allocate(classes, Math.floor(budget / 2), random);
  const coalitions: Uint8Array[] = [];
  const weights: number[] = [];
  const strata: number[] = [];
  classes.forEach(({ smaller, pairs, weight }, i) => {
    const { count, expected } = counts[i]!;
    const drawn =
      count === pairs ? allSubsets(players, smaller) : drawSubsets(players, smaller, count, pairs, random);
    for (const subset of drawn) {
      const coalition = new Uint8Array(players);
      for (const player of subset) coalition[player] = 1;
      coalitions.push(
        coalition,
        coalition.map((bit) => 1 - bit),
      );
      weights.push(weight / expected / 2, weight / expected / 2);
      strata.push(...(count === pairs ? [-1, -1] : [i, i]));
    }
  });
  return { coalitions, weights: Float64Array.from(weights), strata: Int32Array.from(strata) };
}

/** Sizes s and n − s weigh (n − 1) / (s (n − s)) each; the middle size stands alone. */
function sizeClasses(players: number): SizeClass[] {
  const classes: SizeClass[] = [];
  for (let s = 1; 2 * s <= players; s++) {
    const middle = 2 * s === players;
    const weight = (players - 1) / (s * (players - s));
    classes.push({
      smaller: s,
      pairs: middle ? binomial(players, s) / 2 : binomial(players, s),
      weight: middle ? weight : 2 * weight,
    });
  }
  return classes;
}

/**
 * How many pairs of each class. A class that its share of the budget covers is taken whole and leaves the division;
 * size 1 always is, for the regression needs it. `expected` is what a drawn pair's weight is divided by.
 */
function allocate(
  classes: readonly SizeClass[],
  budget: number,
  random: Random,
): { count: number; expected: number }[] {
  const counts = classes.map(() => ({ count: 0, expected: 1 }));
  let left = budget;
  let open = classes.map((_, i) => i);
  for (let settled = true; settled; ) {
    const whole = open.find((i) => i === 0 || classes[i]!.pairs <= left * share(classes, open, i));
    settled = whole !== undefined;
    if (whole === undefined) break;
    counts[whole] = { count: classes[whole]!.pairs, expected: classes[whole]!.pairs };
    left -= classes[whole]!.pairs;
    open = open.filter((i) => i !== whole);
  }
  // Systematic rounding: whole numbers that add up to the budget, each with its share as expectation.
  let cumulative = random.fraction();
  let taken = 0;
  for (const i of open) {
    const expected = left * share(classes, open, i);
    cumulative += expected;
    const count = Math.min(Math.floor(cumulative), left) - taken;
    taken += count;
    counts[i] = { count, expected: count >= 1 && expected >= 1 ? count : expected };
  }
  return counts;
}

function share(classes: readonly SizeClass[], open: readonly number[], i: number): number {
  return classes[i]!.weight / open.reduce((sum, j) => sum + classes[j]!.weight, 0);
}

/** Every subset of this size; of the middle size, one of each complementary pair (the one with player 0). */
function allSubsets(players: number, size: number): number[][] {
  const subsets: number[][] = [];
  const current = Array.from({ length: size }, (_, i) => i);
  const middle = 2 * size === players;
  for (;;) {
    if (middle && current[0] !== 0) return subsets;
    subsets.push(current.slice());
    let i = size - 1;
    while (i >= 0 && current[i] === players - size + i) i--;
    if (i < 0) return subsets;
    current[i]!++;
    for (let j = i + 1; j < size; j++) current[j] = current[j - 1]! + 1;
  }
}

function drawSubsets(
  players: number,
  size: number,
  count: number,
  pairs: number,
  random: Random,
): number[][] {
  // Where most are wanted, shuffling all of them is quicker than meeting known ones again and again.
  if (count > pairs / 2) return random.shuffle(allSubsets(players, size) as never[], count).slice(0, count);
  const seen = new Set<string>();
  const subsets: number[][] = [];
  const order = Array.from({ length: players }, (_, i) => i);
  const middle = 2 * size === players;
  while (subsets.length < count) {
    let subset = random.shuffle(order, size).slice(0, size);
    if (middle && !subset.includes(0)) subset = order.slice(size);
    const key = subset.sort((a, b) => a - b).join();
    if (seen.has(key)) continue;
    seen.add(key);
    subsets.push(subset);
  }
  return subsets;
}

function binomial(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= k; i++) value = (value * (n - k + i)) / i;
  return Math.round(value);
}
