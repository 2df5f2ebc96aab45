/** Bytes that arrive in parts, taken in the pieces a format has. */
export class ByteQueue {
  private readonly parts: Uint8Array[] = [];
  private length = 0;
  private readonly source: AsyncIterator<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** The next bytes, which stay there; undefined where there are not so many. */
  async peek(length: number): Promise<Buffer | undefined> {
    if (!(await this.fill(length))) return undefined;
    if (this.parts[0] === undefined || this.parts[0].length < length) {
      this.parts.splice(0, this.parts.length, Buffer.concat(this.parts));
    }
    return Buffer.from(this.parts[0]!.subarray(0, length));
  }

  /** The next bytes, in memory of their own. @throws Error where the source ends before */
  async take(length: number): Promise<Buffer<ArrayBuffer>> {
    if (!(await this.fill(length))) throw new Error("it ends in the middle");
    const taken = Buffer.from(new ArrayBuffer(length));
    for (let at = 0; at < length; ) {
      const part = this.parts[0]!;
      const piece = part.subarray(0, length - at);
      taken.set(piece, at);
      at += piece.length;
      if (piece.length === part.length) this.parts.shift();
      else this.parts[0] = part.subarray(piece.length);
    }
    this.length -= length;
    return taken;
  }

  /** What is left, in the parts it arrives in. */
  async *rest(): AsyncGenerator<Uint8Array> {
    yield* this.parts.splice(0);
    for (let next = await this.source.next(); next.done !== true; next = await this.source.next())
      yield next.value;
  }

  private async fill(length: number): Promise<boolean> {
    while (this.length < length) {
      const { value, done } = await this.source.next();
      if (done === true) return false;
      this.parts.push(value);
      this.length += value.length;
    }
    return true;
  }
}
