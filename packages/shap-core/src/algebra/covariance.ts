import type { Matrix } from "../model/matrix.js";

/** Mean of every column. */
export function columnMeans(matrix: Matrix): Float64Array {
  const { data, rows, columns } = matrix;
  const means = new Float64Array(columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) means[c] += data[r * columns + c]!;
  for (let c = 0; c < columns; c++) means[c] = means[c]! / rows;
  return means;
}

/** Sample covariance (divided by rows − 1, as numpy's `cov`) of the columns: columns × columns, row-major. */
export function covarianceMatrix(matrix: Matrix, means = columnMeans(matrix)): Float64Array {
  const { data, rows, columns } = matrix;
  const covariance = new Float64Array(columns * columns);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < columns; i++) {
      const di = data[r * columns + i]! - means[i]!;
      for (let j = 0; j <= i; j++) {
        covariance[i * columns + j] += di * (data[r * columns + j]! - means[j]!);
      }
    }
  }
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j <= i; j++) {
      const value = covariance[i * columns + j]! / (rows - 1);
      covariance[i * columns + j] = value;
      covariance[j * columns + i] = value;
    }
  }
  return covariance;
}
