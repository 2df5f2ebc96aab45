/** Hands out places of one memory, one after the other, before the memory exists. */
export class MemoryLayout {
  // Address 0 stays free, so that no leaf's complement is a valid address.
  private next = 1024;

  /** Room for `bytes`; `align` is a power of two. */
  take(bytes: number, align = 64): number {
    const address = Math.ceil(this.next / align) * align;
    this.next = address + bytes;
    return address;
  }

  get bytes(): number {
    return this.next;
  }
}
