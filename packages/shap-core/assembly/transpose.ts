/** From slots × stride to rows × slots, both float64. */
export function transpose(from: usize, stride: i32, rows: i32, slots: i32, to: usize): void {
  for (let slot = 0; slot < slots; slot++) {
    const column = from + ((<usize>(slot * stride)) << 3);
    let cell = to + (slot << 3);
    for (let r = 0; r < rows; r++) {
      store<f64>(cell, load<f64>(column + (r << 3)));
      cell += slots << 3;
    }
  }
}
