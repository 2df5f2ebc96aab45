/** Features that carry the same information: each is `scale` times the first one, plus a constant. */
export interface RedundantGroup {
  readonly members: readonly { readonly feature: number; readonly scale: number }[];
}

/** Below this variance a feature counts as constant, as in Python's shap. */
const CONSTANT = 1e-8;
/** 1 − correlation below this is perfect, as in Python's shap. */
const PERFECT = 5e-9;

/** The features that vary, in groups of perfectly correlated ones (of either sign). */
export function redundantGroups(covariance: Float64Array, features: number): RedundantGroup[] {
  const groups: { feature: number; scale: number }[][] = [];
  for (let j = 0; j < features; j++) {
    const variance = covariance[j * features + j]!;
    if (!(variance > CONSTANT)) continue;
    const twin = groups.find(([first]) => {
      const i = first!.feature;
      const shared = covariance[i * features + j]!;
      const correlation = shared / Math.sqrt(covariance[i * features + i]! * variance);
      return 1 - Math.abs(correlation) < PERFECT;
    });
    if (twin === undefined) groups.push([{ feature: j, scale: 1 }]);
    else {
      const i = twin[0]!.feature;
      twin.push({ feature: j, scale: covariance[i * features + j]! / covariance[i * features + i]! });
    }
  }
  return groups.map((members) => ({ members }));
}
