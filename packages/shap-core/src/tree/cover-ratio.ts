/**
 * The share of a split's training weight that went to one child rather than its sibling. The parent's own cover is not
 * asked: XGBoost sums it in float32, so that it differs from the children's sum, and shares must add up to 1. Where no
 * training row reached either, both count alike (as in XGBoost), so that the conditional expectation stays defined.
 */
export function coverRatio(cover: Float64Array, child: number, sibling: number): number {
  const both = cover[child]! + cover[sibling]!;
  return both > 0 ? cover[child]! / both : 0.5;
}
