/** Typed arrays that grow by doubling, for readers that do not know beforehand how much will come. */
abstract class GrowingArray<T extends Int32Array | Uint32Array | Float64Array> {
  length = 0;

  protected constructor(private items: T) {}

  protected abstract allocate(capacity: number): T;

  push(value: number): void {
    if (this.length === this.items.length) {
      const larger = this.allocate(this.items.length * 2);
      larger.set(this.items);
      this.items = larger;
    }
    this.items[this.length++] = value;
  }

  set(index: number, value: number): void {
    this.items[index] = value;
  }

  /** A copy of what was pushed, at its exact size. */
  toArray(): T {
    return this.items.slice(0, this.length) as T;
  }
}

export class GrowingInt32Array extends GrowingArray<Int32Array> {
  constructor() {
    super(new Int32Array(256));
  }
  protected allocate(capacity: number): Int32Array {
    return new Int32Array(capacity);
  }
}

export class GrowingUint32Array extends GrowingArray<Uint32Array> {
  constructor() {
    super(new Uint32Array(256));
  }
  protected allocate(capacity: number): Uint32Array {
    return new Uint32Array(capacity);
  }
}

export class GrowingFloat64Array extends GrowingArray<Float64Array> {
  constructor() {
    super(new Float64Array(256));
  }
  protected allocate(capacity: number): Float64Array {
    return new Float64Array(capacity);
  }
}
