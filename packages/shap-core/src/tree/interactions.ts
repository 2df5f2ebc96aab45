/** The place of the unordered pair of two features among (0,1), (0,2), (1,2), (0,3), ... */
export function pairCell(a: number, b: number): number {
  const [i, j] = a < b ? [a, b] : [b, a];
  return (j * (j - 1)) / 2 + i;
}

/** How many unordered pairs of features there are. */
export const pairCount = (features: number): number => (features * (features - 1)) / 2;

/**
 * Whole matrices from pairs: symmetric, and on the diagonal what is left of φ_i, so that every row of a matrix sums to
 * its Shapley value.
 * @param pairs rows × pairs (in the order of pairCell) × outputs, row-major
 * @param shapley rows × features × outputs, row-major
 * @param values where to write rows × features × features × outputs, row-major
 */
export function completeInteractions(
  pairs: Float64Array,
  shapley: Float64Array,
  features: number,
  outputs: number,
  values: Float64Array,
): void {
  const rows = shapley.length / (features * outputs);
  const line = features * outputs;
  for (let r = 0; r < rows; r++) {
    const base = r * features * line;
    for (let k = 0; k < outputs; k++) {
      let from = r * pairCount(features) * outputs + k;
      for (let j = 0; j < features; j++) {
        const diagonal = base + j * line + j * outputs + k;
        let rest = shapley[r * line + j * outputs + k]!;
        for (let i = 0; i < j; i++) {
          const value = pairs[from]!;
          from += outputs;
          values[base + i * line + j * outputs + k] = value;
          values[base + j * line + i * outputs + k] = value;
          values[base + i * line + i * outputs + k]! -= value;
          rest -= value;
        }
        values[diagonal] = rest;
      }
    }
  }
}
