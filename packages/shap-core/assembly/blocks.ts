// A block's program is int32s: table pointer, width, conditions, then `width` slots, then 8 bytes a condition: int32
// column, int16 threshold, and as int16 the bit it sets, with the sign for flip. A row's index is the union of the bits
// of the conditions for which (rank > threshold) xor flip. One row's time is mostly waiting for memory, so programs are
// small.

/** What the sign for flip leaves in an index. */
const INDEX_BITS = 0x7fff;

/** The byte offsets of the table rows of rows `from` to `from + 8`, as uint32s at `out`. */
// @ts-ignore: decorator
@inline
function storeOffsets(bits: v128, rowBytes: v128, out: usize): void {
  const index = v128.and(bits, i16x8.splat(<i16>INDEX_BITS));
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
      const condition = conditions + (c << 3);
      const column = at + <usize>load<i32>(condition) * columnBytes;
      const threshold = v128.load16_splat(condition, 4);
      const bit = v128.load16_splat(condition, 6);
      const flip = i16x8.shr_s(bit, 15);
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
      const condition = conditions + (c << 3);
      const column = at + <usize>load<i32>(condition) * columnBytes;
      const above = i16x8.gt_s(v128.load(column), v128.load16_splat(condition, 4));
      const bit = v128.load16_splat(condition, 6);
      index = v128.or(index, v128.and(v128.xor(above, i16x8.shr_s(bit, 15)), bit));
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
    program = conditions + (count << 3);
  }
}

/** Blocks whose table rows are looked up before the first of them is added; `chunkRows` is at least so many. */
const AHEAD = 32;

// @ts-ignore: decorator
@inline
function indexOfRow(conditions: usize, count: i32, ranks: usize, columnBytes: usize): i32 {
  let index = 0;
  const end = conditions + (<usize>count << 3);
  for (let condition = conditions; condition < end; condition += 8) {
    const rank = <i32>load<i16>(ranks + <usize>load<i32>(condition) * columnBytes);
    const above = -(<i32>(rank > <i32>load<i16>(condition, 4)));
    const bit = <i32>load<i16>(condition, 6);
    index |= (above ^ (bit >> 15)) & bit;
  }
  return index & INDEX_BITS;
}

/**
 * `addBlocks` for the first row alone. Its table rows lie far apart, and most come from beyond the nearest cache: they
 * are added 32 blocks at a time, with nothing in between, so that the processor waits for many of them at once.
 * @param found room for 32 int32
 */
export function addRow(
  program: usize,
  end: usize,
  ranks: usize,
  stride: i32,
  found: usize,
  sums: usize,
): void {
  const columnBytes = <usize>stride << 1;
  const slotBytes = <usize>stride << 3;
  const foundEnd = found + (AHEAD << 2);
  while (program < end) {
    let block = program;
    let at = found;
    while (block < end && at < foundEnd) {
      const width = load<i32>(block, 4);
      const count = load<i32>(block, 8);
      const conditions = block + 12 + (<usize>width << 2);
      store<i32>(at, load<i32>(block) + ((indexOfRow(conditions, count, ranks, columnBytes) * width) << 3));
      block = conditions + (<usize>count << 3);
      at += 4;
    }
    at = found;
    while (program < block) {
      let cell = <usize>load<i32>(at);
      const slots = program + 12;
      const slotsEnd = slots + (<usize>load<i32>(program, 4) << 2);
      for (let slot = slots; slot < slotsEnd; slot += 4) {
        const sum = sums + <usize>load<i32>(slot) * slotBytes;
        store<f64>(sum, load<f64>(sum) + load<f64>(cell));
        cell += 8;
      }
      program = slotsEnd + (<usize>load<i32>(program, 8) << 3);
      at += 4;
    }
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
