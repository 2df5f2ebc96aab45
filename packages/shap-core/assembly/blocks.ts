// A block's program is int32s: table pointer, width, conditions, then `width` slots, then four numbers a condition:
// column, threshold, flip (0 or −1) and bit. A row's index is the sum of the bits of the conditions for which
// (rank > threshold) xor flip.

/** The byte offsets of the table rows of rows `from` to `from + 8`, as uint32s at `out`. */
// @ts-ignore: decorator
@inline
function storeOffsets(index: v128, rowBytes: v128, out: usize): void {
  v128.store(out, i32x4.extmul_low_i16x8_u(index, rowBytes));
  v128.store(out, i32x4.extmul_high_i16x8_u(index, rowBytes), 16);
}

function computeOffsets(
  conditions: usize,
  count: i32,
  width: i32,
  ranks: usize,
  stride: i32,
  rows: i32,
  out: usize,
): void {
  const rowBytes = i16x8.splat(<i16>(width << 3));
  const columnBytes = <usize>stride << 1;
  let r = 0;
  for (; r + 32 <= rows; r += 32) {
    let i0 = i16x8.splat(0);
    let i1 = i0;
    let i2 = i0;
    let i3 = i0;
    const at = ranks + (r << 1);
    for (let c = 0; c < count; c++) {
      const condition = conditions + (c << 4);
      const column = at + <usize>load<i32>(condition) * columnBytes;
      const threshold = v128.load16_splat(condition, 4);
      const flip = v128.load16_splat(condition, 8);
      const bit = v128.load16_splat(condition, 12);
      i0 = v128.or(i0, v128.and(v128.xor(i16x8.gt_s(v128.load(column), threshold), flip), bit));
      i1 = v128.or(i1, v128.and(v128.xor(i16x8.gt_s(v128.load(column, 16), threshold), flip), bit));
      i2 = v128.or(i2, v128.and(v128.xor(i16x8.gt_s(v128.load(column, 32), threshold), flip), bit));
      i3 = v128.or(i3, v128.and(v128.xor(i16x8.gt_s(v128.load(column, 48), threshold), flip), bit));
    }
    storeOffsets(i0, rowBytes, out + (r << 2));
    storeOffsets(i1, rowBytes, out + (r << 2) + 32);
    storeOffsets(i2, rowBytes, out + (r << 2) + 64);
    storeOffsets(i3, rowBytes, out + (r << 2) + 96);
  }
  for (; r < rows; r += 8) {
    let index = i16x8.splat(0);
    const at = ranks + (r << 1);
    for (let c = 0; c < count; c++) {
      const condition = conditions + (c << 4);
      const column = at + <usize>load<i32>(condition) * columnBytes;
      const above = i16x8.gt_s(v128.load(column), v128.load16_splat(condition, 4));
      const fails = v128.xor(above, v128.load16_splat(condition, 8));
      index = v128.or(index, v128.and(fails, v128.load16_splat(condition, 12)));
    }
    storeOffsets(index, rowBytes, out + (r << 2));
  }
}

// @ts-ignore: decorator
@inline
function addTo(cell: usize, value: v128): void {
  v128.store(cell, f64x2.add(v128.load(cell), value));
}

/** Four columns of the table, two rows at a time: loaded by rows, turned, added by columns. */
function addFour(table: usize, offsets: usize, slots: usize, rows: i32, sums: usize, stride: i32): void {
  const p0 = sums + ((<usize>(load<i32>(slots) * stride)) << 3);
  const p1 = sums + ((<usize>(load<i32>(slots, 4) * stride)) << 3);
  const p2 = sums + ((<usize>(load<i32>(slots, 8) * stride)) << 3);
  const p3 = sums + ((<usize>(load<i32>(slots, 12) * stride)) << 3);
  for (let r = 0; r < rows; r += 2) {
    const t0 = table + <usize>load<u32>(offsets + (r << 2));
    const t1 = table + <usize>load<u32>(offsets + (r << 2), 4);
    const at = r << 3;
    const a0 = v128.load(t0);
    const a1 = v128.load(t1);
    addTo(p0 + at, v128.shuffle<f64>(a0, a1, 0, 2));
    addTo(p1 + at, v128.shuffle<f64>(a0, a1, 1, 3));
    const b0 = v128.load(t0, 16);
    const b1 = v128.load(t1, 16);
    addTo(p2 + at, v128.shuffle<f64>(b0, b1, 0, 2));
    addTo(p3 + at, v128.shuffle<f64>(b0, b1, 1, 3));
  }
}

function addTwo(table: usize, offsets: usize, slots: usize, rows: i32, sums: usize, stride: i32): void {
  const p0 = sums + ((<usize>(load<i32>(slots) * stride)) << 3);
  const p1 = sums + ((<usize>(load<i32>(slots, 4) * stride)) << 3);
  for (let r = 0; r < rows; r += 2) {
    const a0 = v128.load(table + <usize>load<u32>(offsets + (r << 2)));
    const a1 = v128.load(table + <usize>load<u32>(offsets + (r << 2), 4));
    addTo(p0 + (r << 3), v128.shuffle<f64>(a0, a1, 0, 2));
    addTo(p1 + (r << 3), v128.shuffle<f64>(a0, a1, 1, 3));
  }
}

function addOne(table: usize, offsets: usize, slots: usize, rows: i32, sums: usize, stride: i32): void {
  const p0 = sums + ((<usize>(load<i32>(slots) * stride)) << 3);
  for (let r = 0; r < rows; r += 2) {
    const value = v128.load64_splat(table + <usize>load<u32>(offsets + (r << 2)));
    addTo(
      p0 + (r << 3),
      v128.load_lane<f64>(table + <usize>load<u32>(offsets + (r << 2), 4), value, 1),
    );
  }
}

/**
 * Adds the table rows of blocks to the sums.
 * @param ranks columns × stride int16
 * @param stride a multiple of 8
 * @param rows even
 * @param offsets room for `stride` int32
 * @param sums slots × stride float64
 */
export function addBlocks(
  program: usize,
  end: usize,
  ranks: usize,
  stride: i32,
  rows: i32,
  offsets: usize,
  sums: usize,
): void {
  while (program < end) {
    const table = <usize>load<i32>(program);
    const width = load<i32>(program, 4);
    const count = load<i32>(program, 8);
    const slots = program + 12;
    const conditions = slots + (width << 2);
    computeOffsets(conditions, count, width, ranks, stride, rows, offsets);
    let k = 0;
    for (; k + 4 <= width; k += 4) {
      addFour(table + (k << 3), offsets, slots + (k << 2), rows, sums, stride);
    }
    if (k + 2 <= width) {
      addTwo(table + (k << 3), offsets, slots + (k << 2), rows, sums, stride);
      k += 2;
    }
    if (k < width) addOne(table + (k << 3), offsets, slots + (k << 2), rows, sums, stride);
    program = conditions + (count << 4);
  }
}

/** Counts how often the first `counted` rows have each index of the block at `program`, into int32s. */
export function countBlock(
  program: usize,
  ranks: usize,
  stride: i32,
  rows: i32,
  counted: i32,
  offsets: usize,
  counts: usize,
): void {
  const width = load<i32>(program, 4);
  // A width of 1 would give 8 bytes an index; counts have 4.
  computeOffsets(program + 12 + (width << 2), load<i32>(program, 8), 1, ranks, stride, rows, offsets);
  for (let r = 0; r < counted; r++) {
    const cell = counts + (load<u32>(offsets + (r << 2)) >> 1);
    store<i32>(cell, load<i32>(cell) + 1);
  }
}
