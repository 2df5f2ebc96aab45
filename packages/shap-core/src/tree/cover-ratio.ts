/**
 * The share of a split's training weight that went to one child. Below a split that no training row reached
 * both children count alike (as in XGBoost), so that the conditional expectation stays defined.
 */
export function coverRatio(cover: Float64Array, parent: number, child: number): number {
  return cover[parent]! > 0 ? cover[child]! / cover[parent]! : 0.5;
}
