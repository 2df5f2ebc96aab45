/**
 * The factors A = L·D·Lᵀ of a symmetric matrix: L unit lower triangular, D diagonal. Only +, −, × and ÷, so the
 * bytes are the same on every platform.
 */
export interface Ldl {
  readonly size: number;
  /** size × size, row-major; L strictly below the diagonal. */
  readonly lower: Float64Array;
  /** Zero where a pivot was dropped. */
  readonly diagonal: Float64Array;
}

/**
 * Factors a symmetric positive semi-definite matrix. A pivot of at most `tolerance` times the diagonal entry it
 * started from is dropped: that row is a combination of the ones before it and its unknown is set to zero.
 */
export function factorLdl(matrix: Float64Array, size: number, tolerance = 0): Ldl {
  const lower = new Float64Array(size * size);
  const diagonal = new Float64Array(size);
  for (let j = 0; j < size; j++) {
    const whole = matrix[j * size + j]!;
    let pivot = whole;
    for (let k = 0; k < j; k++) pivot -= lower[j * size + k]! ** 2 * diagonal[k]!;
    diagonal[j] = pivot > tolerance * whole ? pivot : 0;
    if (diagonal[j] === 0) continue;
    for (let i = j + 1; i < size; i++) {
      let entry = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) entry -= lower[i * size + k]! * lower[j * size + k]! * diagonal[k]!;
      lower[i * size + j] = entry / diagonal[j]!;
    }
  }
  return { size, lower, diagonal };
}

/** Solves A·x = right-hand side in place. */
export function solveLdl({ size, lower, diagonal }: Ldl, rightHandSide: Float64Array): Float64Array {
  const x = rightHandSide;
  for (let i = 0; i < size; i++) for (let k = 0; k < i; k++) x[i] -= lower[i * size + k]! * x[k]!;
  for (let i = 0; i < size; i++) x[i] = diagonal[i] === 0 ? 0 : x[i]! / diagonal[i]!;
  for (let i = size - 1; i >= 0; i--) {
    if (diagonal[i] === 0) continue;
    for (let k = i + 1; k < size; k++) x[i] -= lower[k * size + i]! * x[k]!;
  }
  return x;
}

/** Whether every eigenvalue is above `floor`. */
export function eigenvaluesAbove(matrix: Float64Array, size: number, floor: number): boolean {
  const shifted = matrix.slice();
  for (let i = 0; i < size; i++) shifted[i * size + i] -= floor;
  return factorLdl(shifted, size).diagonal.every((pivot) => pivot > 0);
}
