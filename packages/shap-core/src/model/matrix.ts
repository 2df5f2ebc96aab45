/** A dense table of numbers, row-major: cell (r, c) is `data[r * columns + c]`. NaN is a missing value. */
export interface Matrix {
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** Some consecutive rows, fewer where there are not so many: a view of the matrix, not a copy. */
export function rowsOf({ data, rows: all, columns }: Matrix, first: number, count: number): Matrix {
  const rows = Math.min(count, all - first);
  return { data: data.subarray(first * columns, (first + rows) * columns), rows, columns };
}
