/** Distinct rows in the order they were first seen; two rows are one where all their bits agree. */
export class RowTable {
  private count = 0;
  private data: Float64Array;
  private bits: Int32Array;
  /** Open addressing: 1 + the row's place, or 0 where free. Its length is a power of two. */
  private slots = new Int32Array(1024);

  constructor(private readonly columns: number) {
    this.data = new Float64Array(256 * columns);
    this.bits = new Int32Array(this.data.buffer);
  }

  get rows(): number {
    return this.count;
  }

  row(place: number): Float64Array {
    return this.data.subarray(place * this.columns, (place + 1) * this.columns);
  }

  /** The place of the row that starts at `offset`; it is added where it is new. */
  add(rows: Float64Array, offset: number): number {
    if ((this.count + 1) * this.columns > this.data.length) this.growRows();
    if (2 * this.count > this.slots.length) this.growSlots();
    // Written past the end first, so that its bits can be compared where they lie.
    for (let c = 0; c < this.columns; c++) this.data[this.count * this.columns + c] = rows[offset + c]!;
    let slot = this.hash(this.count) & (this.slots.length - 1);
    while (this.slots[slot] !== 0) {
      const place = this.slots[slot]! - 1;
      if (this.equal(place, this.count)) return place;
      slot = (slot + 1) & (this.slots.length - 1);
    }
    this.slots[slot] = ++this.count;
    return this.count - 1;
  }

  clear(): void {
    this.count = 0;
    this.slots.fill(0);
  }

  private equal(a: number, b: number): boolean {
    const width = 2 * this.columns;
    for (let i = 0; i < width; i++) {
      if (this.bits[a * width + i] !== this.bits[b * width + i]) return false;
    }
    return true;
  }

  private hash(place: number): number {
    const width = 2 * this.columns;
    let hash = 0;
    for (let i = place * width; i < (place + 1) * width; i++) {
      hash = Math.imul(hash ^ this.bits[i]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  private growRows(): void {
    const larger = new Float64Array(2 * this.data.length + this.columns);
    larger.set(this.data);
    this.data = larger;
    this.bits = new Int32Array(larger.buffer);
  }

  private growSlots(): void {
    this.slots = new Int32Array(2 * this.slots.length);
    for (let place = 0; place < this.count; place++) {
      let slot = this.hash(place) & (this.slots.length - 1);
      while (this.slots[slot] !== 0) slot = (slot + 1) & (this.slots.length - 1);
      this.slots[slot] = place + 1;
    }
  }
}
