/** A dense table of numbers, row-major: cell (r, c) is `data[r * columns + c]`. NaN is a missing value. */
export interface Matrix {
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
}
