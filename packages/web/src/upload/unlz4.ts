/**
 * LZ4 into memory of the size that was told: what would reach beyond it is an error, as is what ends before. A frame is a
 * header and blocks (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md); its checksums are not looked at.
 * @throws Error
 */
export function unlz4Frame(packed: Uint8Array, into: Uint8Array): void {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const flags = view.getUint8(4);
  if (view.getUint32(0, true) !== 0x184d2204 || flags >> 6 !== 1) throw new Error("it is no LZ4 frame");
  const blockChecksum = (flags & 0x10) === 0 ? 0 : 4;
  const contentSize = (flags & 0x08) === 0 ? 0 : 8;
  const dictionaryId = (flags & 0x01) === 0 ? 0 : 4;
  let at = 7 + contentSize + dictionaryId;
  let filled = 0;
  for (;;) {
    const head = view.getUint32(at, true);
    const length = head & 0x7fffffff;
    at += 4;
    if (length === 0) break;
    const block = packed.subarray(at, at + length);
    if (block.length < length) throw new Error("an LZ4 frame ends in the middle");
    const isPlain = head >>> 31 === 1;
    if (isPlain) into.set(block, filled);
    filled = isPlain ? filled + length : unpackBlock(block, into, filled);
    at += length + blockChecksum;
  }
  if (filled !== into.length) throw wrongSize(filled, into.length);
}

/** One block without a frame. @throws Error */
export function unlz4Block(packed: Uint8Array, into: Uint8Array): void {
  const filled = unpackBlock(packed, into, 0);
  if (filled !== into.length) throw wrongSize(filled, into.length);
}

/** Literals and copies of what was written before, in turn, from `start` on; gives where they end. */
function unpackBlock(packed: Uint8Array, into: Uint8Array, start: number): number {
  let at = 0;
  let filled = start;
  const longLength = (short: number): number => {
    let length = short;
    if (short !== 15) return length;
    for (let byte = 255; byte === 255; length += byte) {
      if (at === packed.length) throw new Error("an LZ4 block ends in the middle");
      byte = packed[at++]!;
    }
    return length;
  };
  while (at < packed.length) {
    const token = packed[at++]!;
    const literals = longLength(token >> 4);
    if (at + literals > packed.length || filled + literals > into.length)
      throw wrongSize(filled + literals, into.length);
    into.set(packed.subarray(at, at + literals), filled);
    at += literals;
    filled += literals;
    // The last sequence has no copy.
    if (at === packed.length) break;
    const distance = packed[at]! | (packed[at + 1]! << 8);
    at += 2;
    const length = longLength(token & 15) + 4;
    if (distance === 0 || distance > filled) throw new Error("an LZ4 block refers to what is not there");
    if (filled + length > into.length) throw wrongSize(filled + length, into.length);
    if (distance >= length) into.copyWithin(filled, filled - distance, filled - distance + length);
    else for (let i = 0; i < length; i++) into[filled + i] = into[filled - distance + i]!;
    filled += length;
  }
  return filled;
}

const wrongSize = (found: number, told: number): Error =>
  new Error(`LZ4 unpacks to ${found} bytes, not ${told}`);
