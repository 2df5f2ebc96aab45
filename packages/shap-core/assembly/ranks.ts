/**
 * Writes how many of a feature's thresholds are below each row's value, and MISSING for a missing value.
 * @param values the feature's first value; the next row's is `rowBytes` further
 * @param thresholds ascending float64
 * @param out int32, one a row
 */
export function rankFeature(
  values: usize,
  rowBytes: usize,
  rows: i32,
  thresholds: usize,
  count: i32,
  out: usize,
): void {
  for (let r = 0; r < rows; r++) {
    const x = load<f64>(values);
    values += rowBytes;
    let rank: i32 = -1;
    if (x == x) {
      let base: i32 = 0;
      let length = count;
      while (length > 0) {
        const half = (length + 1) >> 1;
        base = load<f64>(thresholds + ((base + half - 1) << 3)) < x ? base + half : base;
        length -= half;
      }
      rank = base;
    }
    store<i32>(out + (r << 2), rank);
  }
}
