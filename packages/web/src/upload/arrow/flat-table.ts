/**
 * How much of a buffer may be visited: parts may be shared, so that a few bytes could stand for any number of parts. What
 * writers make shares little or nothing.
 */
const VISITS_PER_BYTE = 4;
const DEEPEST = 64;

/**
 * A table of a flatbuffer from a stranger (https://flatbuffers.dev/internals): whatever would lie outside of the buffer, or
 * would lead round in a circle, is an error. Fields are known by their slot, the order in which the schema has them.
 * @throws RangeError
 */
export class FlatTable {
  private constructor(
    private readonly view: DataView,
    /** Where the table stands in the buffer. */
    readonly at: number,
    private readonly visits: { left: number },
    private readonly depth: number,
  ) {
    this.visit(1);
    if (depth > DEEPEST) throw new RangeError(`its metadata are nested deeper than ${DEEPEST}`);
  }

  /** The root of the buffer. */
  static in(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, view.getInt32(0, true), { left: VISITS_PER_BYTE * bytes.length }, 0);
  }

  /** The number there, 0 where it is left out. */
  int8(slot: number): number {
    const at = this.find(slot);
    return at === undefined ? 0 : this.view.getInt8(at);
  }

  int16(slot: number): number {
    const at = this.find(slot);
    return at === undefined ? 0 : this.view.getInt16(at, true);
  }

  int64(slot: number): number {
    const at = this.find(slot);
    return at === undefined ? 0 : this.int64At(at);
  }

  /** @throws RangeError also where the field is left out, which is zero */
  setInt64(slot: number, value: number): void {
    const at = this.find(slot);
    if (at === undefined) throw new RangeError("its metadata leave a number out");
    this.setInt64At(at, value);
  }

  table(slot: number): FlatTable | undefined {
    const at = this.find(slot);
    return at === undefined ? undefined : this.tableAt(at);
  }

  /** The tables of a list. */
  *tables(slot: number): Generator<FlatTable> {
    const { at, count } = this.list(slot, 4);
    for (let i = 0; i < count; i++) yield this.tableAt(at + 4 * i);
  }

  /** Where the elements of a list stand, and how many there are. */
  list(slot: number, bytesPerElement: number): { at: number; count: number } {
    const field = this.find(slot);
    if (field === undefined) return { at: 0, count: 0 };
    const head = this.follow(field);
    const count = this.view.getInt32(head, true);
    const at = head + 4;
    if (count < 0 || at + count * bytesPerElement > this.view.byteLength) {
      throw new RangeError(`a list in its metadata claims ${count} elements`);
    }
    this.visit(count * bytesPerElement);
    return { at, count };
  }

  int32At(at: number): number {
    return this.view.getInt32(at, true);
  }

  int64At(at: number): number {
    const value = Number(this.view.getBigInt64(at, true));
    if (Number.isSafeInteger(value)) return value;
    throw new RangeError(`its metadata tell of ${value} bytes or rows`);
  }

  setInt64At(at: number, value: number): void {
    this.view.setBigInt64(at, BigInt(value), true);
  }

  /** Makes the field one that is left out. */
  leaveOut(slot: number): void {
    const entry = this.entryOf(slot);
    if (entry !== undefined) this.view.setUint16(entry, 0, true);
  }

  private tableAt(at: number): FlatTable {
    return new FlatTable(this.view, this.follow(at), this.visits, this.depth + 1);
  }

  /** Where an offset leads to; forward only, or there could be circles. */
  private follow(at: number): number {
    const offset = this.view.getInt32(at, true);
    if (offset <= 0) throw new RangeError("its metadata lead out of themselves");
    return at + offset;
  }

  /** Where a field stands; undefined where it is left out. */
  private find(slot: number): number | undefined {
    const entry = this.entryOf(slot);
    const offset = entry === undefined ? 0 : this.view.getUint16(entry, true);
    return offset === 0 ? undefined : this.at + offset;
  }

  private entryOf(slot: number): number | undefined {
    const table = this.at - this.view.getInt32(this.at, true);
    const entry = 4 + 2 * slot;
    return entry < this.view.getUint16(table, true) ? table + entry : undefined;
  }

  private visit(bytes: number): void {
    this.visits.left -= bytes;
    if (this.visits.left < 0) throw new RangeError("its metadata claim more than they hold");
  }
}
