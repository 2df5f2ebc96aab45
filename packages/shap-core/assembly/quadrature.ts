// One depth-first pass over a tree for a group of rows, two rows in the lanes of a vector; the mathematics is in
// ../src/tree/soft-decisions.ts. A node's record is 40 bytes: float64 left ratio and cold-before, then int32 column,
// threshold, slot, left, right and earlier. `left` and `right` point to a record, or are the complement of the pointer
// to a leaf's value. `earlier` is 2 · level + side of the edge that tested the feature before, or −1.

let points: i32;
let pairs: i32;
/** Per point: t, twice. */
let nodes: usize;
/** Float64 ranks: columns × rows of the group. */
let ranks: usize;
let sums: usize;
let sumsStride: i32;
/** Bytes from one leaf value to the wanted output's. */
let valueOffset: usize;
/** Per level: masks of the rows that go right, then of those that met all earlier conditions on the feature. */
let masks: usize;
/** Per level two buffers of pairs × points vectors for C, then two for H. */
let buffers: usize;
/** Per level: base, step and effect of each point, twice (see prepare). */
let factors: usize;

/**
 * Adds the values of one output of a tree for a group of rows.
 * @param root the root's record, or the complement of a leaf's value (then nothing is added)
 * @param rule per point t twice, then per point its weight twice
 * @param groupRanks columns × rows float64
 * @param groupRows even
 * @param scratch room for the buffers: see scratchBytes in ../src/tree/compiled/quadrature-program.ts
 */
export function addTree(
  root: i32,
  rule: usize,
  pointCount: i32,
  levels: i32,
  groupRanks: usize,
  groupRows: i32,
  groupSums: usize,
  stride: i32,
  offset: i32,
  scratch: usize,
): void {
  if (root < 0) return;
  points = pointCount;
  pairs = groupRows >> 1;
  nodes = rule;
  ranks = groupRanks;
  sums = groupSums;
  sumsStride = stride;
  valueOffset = offset;
  masks = scratch;
  factors = masks + ((levels * pairs) << 5);
  buffers = factors + levels * points * 48;
  const reach = buffers;
  const weights = rule + (pointCount << 4);
  for (let p = 0; p < pairs; p++) {
    for (let q = 0; q < points; q++) {
      v128.store(reach + ((p * points + q) << 4), v128.load(weights + (q << 4)));
    }
  }
  visit(<usize>root, 0, reach, reach + ((pairs * points) << 5));
}

// @ts-ignore: decorator
@inline
function bufferBytes(): usize {
  return (<usize>(pairs * points)) << 4;
}

/** Writes base, step and effect: a = base + (step where left), e = ([left] − ρ) · effect, for rows that are hot. */
function prepare(node: usize, at: usize, repeated: bool): void {
  const ratio = load<f64>(node);
  const cold = load<f64>(node, 8);
  for (let q = 0; q < points; q++) {
    const t = load<f64>(nodes + (q << 4));
    const c = cold * (1 - t);
    const before = repeated ? t + c : 1;
    const cell = at + q * 48;
    v128.store(cell, f64x2.splat((c * ratio) / before));
    v128.store(cell, f64x2.splat(t / before), 16);
    v128.store(cell, f64x2.splat(cold / (before * before)), 32);
  }
}

/** Stores the masks of the rows that go right, and for a repeated feature of the rows that are hot. */
function decide(node: usize, level: i32, earlier: i32): void {
  const threshold = f64x2.splat(<f64>load<i32>(node, 20));
  const column = ranks + ((<usize>(load<i32>(node, 16) * pairs)) << 4);
  const right = masks + ((<usize>(level * pairs)) << 5);
  const hot = right + (pairs << 4);
  for (let p = 0; p < pairs; p++) {
    v128.store(right + (p << 4), f64x2.gt(v128.load(column + (p << 4)), threshold));
  }
  if (earlier < 0) {
    const all = i64x2.splat(-1);
    for (let p = 0; p < pairs; p++) v128.store(hot + (p << 4), all);
  } else {
    const rightBefore = masks + ((<usize>((earlier >> 1) * pairs)) << 5);
    const hotBefore = rightBefore + (pairs << 4);
    const flip = i64x2.splat((earlier & 1) == 1 ? 0 : -1);
    for (let p = 0; p < pairs; p++) {
      const followed = v128.xor(v128.load(rightBefore + (p << 4)), flip);
      v128.store(hot + (p << 4), v128.and(followed, v128.load(hotBefore + (p << 4))));
    }
  }
}

// @ts-ignore: decorator
@inline
function leafValue(reference: i32): f64 {
  return load<f64>(<usize>~reference + valueOffset);
}

function fill(buffer: usize, value: f64): void {
  const both = f64x2.splat(value);
  const end = buffer + bufferBytes();
  for (let cell = buffer; cell < end; cell += 16) v128.store(cell, both);
}

/** Reads C from `reach`, leaves H in `expected`. */
function visit(node: usize, level: i32, reach: usize, expected: usize): void {
  const left = load<i32>(node, 28);
  const right = load<i32>(node, 32);
  const earlier = load<i32>(node, 36);
  const repeated = earlier >= 0;
  const factor = factors + level * points * 48;
  decide(node, level, earlier);
  prepare(node, factor, repeated);
  if (left < 0 && right < 0) {
    if (repeated) closeRepeated(node, level, reach, expected, factor, leafValue(left), leafValue(right));
    else close(node, level, reach, expected, factor, leafValue(left), leafValue(right));
    return;
  }
  const bytes = bufferBytes();
  const leftReach = buffers + <usize>(level + 1) * 4 * bytes;
  const rightReach = leftReach + bytes;
  const leftExpected = rightReach + bytes;
  const rightExpected = leftExpected + bytes;
  if (repeated) splitRepeated(node, level, reach, leftReach, rightReach, factor);
  else split(level, reach, leftReach, rightReach, factor);
  if (left < 0) fill(leftExpected, leafValue(left));
  else visit(<usize>left, level + 1, leftReach, leftExpected);
  if (right < 0) fill(rightExpected, leafValue(right));
  else visit(<usize>right, level + 1, rightReach, rightExpected);
  if (repeated) joinRepeated(node, level, reach, leftExpected, rightExpected, expected, factor);
  else join(node, level, reach, leftExpected, rightExpected, expected, factor);
}

// @ts-ignore: decorator
@inline
function share(factor: usize, right: v128): v128 {
  return f64x2.add(v128.load(factor), v128.andnot(v128.load(factor, 16), right));
}

/** C of both children: a C and C − a C. */
function split(level: i32, reach: usize, leftReach: usize, rightReach: usize, factor: usize): void {
  const masksAt = masks + ((<usize>(level * pairs)) << 5);
  let at: usize = 0;
  for (let p = 0; p < pairs; p++) {
    const right = v128.load(masksAt + (p << 4));
    let cell = factor;
    for (let q = 0; q < points; q++) {
      const c = v128.load(reach + at);
      const toLeft = f64x2.mul(share(cell, right), c);
      v128.store(leftReach + at, toLeft);
      v128.store(rightReach + at, f64x2.sub(c, toLeft));
      at += 16;
      cell += 48;
    }
  }
}

function splitRepeated(
  node: usize,
  level: i32,
  reach: usize,
  leftReach: usize,
  rightReach: usize,
  factor: usize,
): void {
  const masksAt = masks + ((<usize>(level * pairs)) << 5);
  const hotAt = masksAt + (pairs << 4);
  const ratio = f64x2.splat(load<f64>(node));
  let at: usize = 0;
  for (let p = 0; p < pairs; p++) {
    const right = v128.load(masksAt + (p << 4));
    const hot = v128.load(hotAt + (p << 4));
    let cell = factor;
    for (let q = 0; q < points; q++) {
      const c = v128.load(reach + at);
      const toLeft = f64x2.mul(v128.bitselect(share(cell, right), ratio, hot), c);
      v128.store(leftReach + at, toLeft);
      v128.store(rightReach + at, f64x2.sub(c, toLeft));
      at += 16;
      cell += 48;
    }
  }
}

/** Adds ([left] − ρ) · sum to the feature's column, for hot rows. */
// @ts-ignore: decorator
@inline
function contribute(column: usize, p: i32, ratio: v128, right: v128, hot: v128, sum: v128): void {
  const direction = f64x2.sub(v128.andnot(f64x2.splat(1), right), ratio);
  const cell = column + (p << 4);
  v128.store(cell, f64x2.add(v128.load(cell), v128.and(f64x2.mul(direction, sum), hot)));
}

// @ts-ignore: decorator
@inline
function columnOf(node: usize): usize {
  return sums + ((<usize>(load<i32>(node, 24) * sumsStride)) << 3);
}

function join(
  node: usize,
  level: i32,
  reach: usize,
  leftExpected: usize,
  rightExpected: usize,
  expected: usize,
  factor: usize,
): void {
  const masksAt = masks + ((<usize>(level * pairs)) << 5);
  const ratio = f64x2.splat(load<f64>(node));
  const column = columnOf(node);
  const all = i64x2.splat(-1);
  let at: usize = 0;
  for (let p = 0; p < pairs; p++) {
    const right = v128.load(masksAt + (p << 4));
    let cell = factor;
    let sum = f64x2.splat(0);
    for (let q = 0; q < points; q++) {
      const below = v128.load(rightExpected + at);
      const difference = f64x2.sub(v128.load(leftExpected + at), below);
      v128.store(expected + at, f64x2.add(below, f64x2.mul(share(cell, right), difference)));
      sum = f64x2.add(sum, f64x2.mul(v128.load(reach + at), difference));
      at += 16;
      cell += 48;
    }
    contribute(column, p, ratio, right, all, sum);
  }
}

function joinRepeated(
  node: usize,
  level: i32,
  reach: usize,
  leftExpected: usize,
  rightExpected: usize,
  expected: usize,
  factor: usize,
): void {
  const masksAt = masks + ((<usize>(level * pairs)) << 5);
  const hotAt = masksAt + (pairs << 4);
  const ratio = f64x2.splat(load<f64>(node));
  const column = columnOf(node);
  let at: usize = 0;
  for (let p = 0; p < pairs; p++) {
    const right = v128.load(masksAt + (p << 4));
    const hot = v128.load(hotAt + (p << 4));
    let cell = factor;
    let sum = f64x2.splat(0);
    for (let q = 0; q < points; q++) {
      const below = v128.load(rightExpected + at);
      const difference = f64x2.sub(v128.load(leftExpected + at), below);
      const a = v128.bitselect(share(cell, right), ratio, hot);
      v128.store(expected + at, f64x2.add(below, f64x2.mul(a, difference)));
      const effect = f64x2.mul(v128.load(reach + at), v128.load(cell, 32));
      sum = f64x2.add(sum, f64x2.mul(effect, difference));
      at += 16;
      cell += 48;
    }
    contribute(column, p, ratio, right, hot, sum);
  }
}

/** `join` above two leaves, whose H are the same at every point. */
function close(
  node: usize,
  level: i32,
  reach: usize,
  expected: usize,
  factor: usize,
  left: f64,
  right: f64,
): void {
  const masksAt = masks + ((<usize>(level * pairs)) << 5);
  const ratio = f64x2.splat(load<f64>(node));
  const column = columnOf(node);
  const all = i64x2.splat(-1);
  const difference = f64x2.splat(left - right);
  const below = f64x2.splat(right);
  let at: usize = 0;
  for (let p = 0; p < pairs; p++) {
    const goesRight = v128.load(masksAt + (p << 4));
    let cell = factor;
    let sum = f64x2.splat(0);
    for (let q = 0; q < points; q++) {
      v128.store(expected + at, f64x2.add(below, f64x2.mul(share(cell, goesRight), difference)));
      sum = f64x2.add(sum, v128.load(reach + at));
      at += 16;
      cell += 48;
    }
    contribute(column, p, ratio, goesRight, all, f64x2.mul(sum, difference));
  }
}

function closeRepeated(
  node: usize,
  level: i32,
  reach: usize,
  expected: usize,
  factor: usize,
  left: f64,
  right: f64,
): void {
  const masksAt = masks + ((<usize>(level * pairs)) << 5);
  const hotAt = masksAt + (pairs << 4);
  const ratio = f64x2.splat(load<f64>(node));
  const column = columnOf(node);
  const difference = f64x2.splat(left - right);
  const below = f64x2.splat(right);
  let at: usize = 0;
  for (let p = 0; p < pairs; p++) {
    const goesRight = v128.load(masksAt + (p << 4));
    const hot = v128.load(hotAt + (p << 4));
    let cell = factor;
    let sum = f64x2.splat(0);
    for (let q = 0; q < points; q++) {
      const a = v128.bitselect(share(cell, goesRight), ratio, hot);
      v128.store(expected + at, f64x2.add(below, f64x2.mul(a, difference)));
      sum = f64x2.add(sum, f64x2.mul(v128.load(reach + at), v128.load(cell, 32)));
      at += 16;
      cell += 48;
    }
    contribute(column, p, ratio, goesRight, hot, f64x2.mul(sum, difference));
  }
}
