/**
 * Values of the game v(S) = 1 where S holds all of P and none of N, else 0, for p = |P| and n = |N| (0 ≤ p, n):
 * the game of one leaf, one explained row and one background row.
 *
 * All are Beta integrals ∫ t^a (1 − t)^b dt = a! b! / (a + b + 1)!, kept as the reciprocal of a product so that
 * nothing overflows before the value itself vanishes.
 */

/** Shapley value of a feature in P: (p − 1)! n! / (p + n)!. */
export const ownShare = (p: number, n: number): number => beta(p - 1, n);

/** Minus the Shapley value of a feature in N: p! (n − 1)! / (p + n)!. */
export const referenceShare = (p: number, n: number): number => beta(p, n - 1);

/** Shapley interaction index of two features in P: (p − 2)! n! / (p + n − 1)!. */
export const ownPair = (p: number, n: number): number => beta(p - 2, n);

/** Shapley interaction index of two features in N: p! (n − 2)! / (p + n − 1)!. */
export const referencePair = (p: number, n: number): number => beta(p, n - 2);

/** Minus the Shapley interaction index of a feature in P and one in N: (p − 1)! (n − 1)! / (p + n − 1)!. */
export const mixedPair = (p: number, n: number): number => beta(p - 1, n - 1);

const known: Float64Array[] = [];

/** a! b! / (a + b + 1)!. */
function beta(a: number, b: number): number {
  let row = known[a];
  if (row === undefined || b >= row.length) {
    row = Float64Array.from({ length: Math.max(16, 2 * b) }, (_, n) => computeBeta(a, n));
    known[a] = row;
  }
  return row[b]!;
}

function computeBeta(a: number, b: number): number {
  const smaller = Math.min(a, b);
  let value = 1 / (a + b + 1);
  for (let k = 1; k <= smaller; k++) value *= k / (a + b + 1 - k);
  return value;
}
