/**
 * weights[s] = s! (n − s − 1)! / n!: how much the marginal contribution to a coalition of s others counts in the
 * Shapley value of one of n players (Shapley 1953).
 */
export function shapleyWeights(players: number): Float64Array {
  const weights = new Float64Array(players);
  // 1 / (n · C(n − 1, s)), from one binomial coefficient to the next.
  let binomial = 1;
  for (let s = 0; s < players; s++) {
    weights[s] = 1 / (players * binomial);
    binomial = (binomial * (players - 1 - s)) / (s + 1);
  }
  return weights;
}
