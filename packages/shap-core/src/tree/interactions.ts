/**
 * Makes whole matrices of the upper halves: cell (j, i) = cell (i, j), and on the diagonal what is left of φ_i, so that
 * every row sums to its Shapley value.
 * @param values rows × features × features × outputs, row-major, with the cells i < j filled
 * @param shapley rows × features × outputs, row-major
 */
export function completeInteractions(
  values: Float64Array,
  shapley: Float64Array,
  features: number,
  outputs: number,
): void {
  const rows = shapley.length / (features * outputs);
  for (let r = 0; r < rows; r++) {
    const base = r * features * features * outputs;
    for (let i = 0; i < features; i++) {
      for (let k = 0; k < outputs; k++) {
        let rest = shapley[(r * features + i) * outputs + k]!;
        for (let j = 0; j < features; j++) {
          if (j === i) continue;
          const upper = base + (Math.min(i, j) * features + Math.max(i, j)) * outputs + k;
          rest -= values[upper]!;
          if (j < i) values[base + (i * features + j) * outputs + k] = values[upper]!;
        }
        values[base + (i * features + i) * outputs + k] = rest;
      }
    }
  }
}

/**
 * Copies pairs to the upper halves of matrices.
 * @param pairs rows × pairs × outputs, pairs in the order (0,1), (0,2), (1,2), (0,3), ...
 */
export function spreadPairs(
  pairs: Float64Array,
  values: Float64Array,
  features: number,
  outputs: number,
): void {
  const pairCount = (features * (features - 1)) / 2;
  const rows = values.length / (features * features * outputs);
  for (let r = 0; r < rows; r++) {
    let from = r * pairCount * outputs;
    const base = r * features * features * outputs;
    for (let j = 1; j < features; j++) {
      for (let i = 0; i < j; i++) {
        for (let k = 0; k < outputs; k++) values[base + (i * features + j) * outputs + k] = pairs[from++]!;
      }
    }
  }
}
