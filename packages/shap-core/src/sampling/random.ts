/**
 * A small fast generator (sfc32, Chris Doty-Humphrey's PractRand): 32-bit integer operations only, so one seed
 * gives the same numbers on every platform.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** @param seeds whole numbers; together they choose the stream */
  constructor(...seeds: readonly number[]) {
    let state = 0x9e3779b9;
    for (const seed of seeds) state = scramble(scramble(state ^ low32(seed)) ^ high32(seed));
    this.a = scramble(state + 1);
    this.b = scramble(state + 2);
    this.c = scramble(state + 3);
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** A whole number from 0 to 2³² − 1. */
  uint32(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** A whole number from 0 to n − 1, each equally likely; n is at most 2³². */
  below(n: number): number {
    const limit = 2 ** 32 - (2 ** 32 % n);
    let draw = this.uint32();
    while (draw >= limit) draw = this.uint32();
    return draw % n;
  }

  /** A number in [0, 1). */
  fraction(): number {
    return this.uint32() / 2 ** 32;
  }

  /** Fisher and Yates, in place. With `count`, only the first `count` entries are a fair draw. */
  shuffle<T extends Int32Array | number[]>(items: T, count: number = items.length): T {
    for (let i = 0; i < count && i < items.length - 1; i++) {
      const j = i + this.below(items.length - i);
      const kept = items[i]!;
      items[i] = items[j]!;
      items[j] = kept;
    }
    return items;
  }
}

/** A whole number from a row's bits, so that a row's draws depend on what it holds and not on its place. */
export function hashRow(row: Float64Array): number {
  let hash = 0;
  for (const value of row) {
    // The bits of NaN are the platform's choice.
    if (Number.isNaN(value)) hash = scramble(hash ^ 0x7ff80000);
    else hash = scramble(scramble(hash ^ high32(value)) ^ low32(value));
  }
  return hash >>> 0;
}

const bits = new DataView(new ArrayBuffer(8));

function high32(value: number): number {
  bits.setFloat64(0, value);
  return bits.getInt32(0);
}

function low32(value: number): number {
  bits.setFloat64(0, value);
  return bits.getInt32(4);
}

/** The finaliser of MurmurHash3: every input bit changes about half of the output bits. */
function scramble(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
