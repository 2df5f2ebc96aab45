import { unpackers } from "../unpack-block.js";
import { BATCH, MESSAGE, pairs } from "./check-message.js";
import type { FlatTable } from "./flat-table.js";

/** Slots of BodyCompression in Message.fbs, and what its codecs are called. */
const CODEC = 0;
const METHOD = 1;
const CODECS = [unpackers.lz4Frame, unpackers.zstd];
/** Of a packed buffer: how long it is unpacked, or that it stands there as it is. */
const SIZE_BYTES = 8;
const AS_IT_IS = -1;
const ALIGNMENT = 8;

/**
 * The body of a record batch, unpacked where it is packed (feather files are, by LZ4); the metadata are changed to say so,
 * in place.
 * @param count is told of every byte before there is room for it
 * @throws Error, and what `count` throws
 */
export function unpackBody(
  message: FlatTable,
  batch: FlatTable,
  sent: Uint8Array,
  count: (bytes: number) => void,
): Uint8Array {
  const compression = batch.table(BATCH.compression);
  if (compression === undefined) return sent;
  const unpack = CODECS[compression.int8(CODEC)];
  if (unpack === undefined || compression.int8(METHOD) !== 0)
    throw new Error("its batches are packed in an unknown way");
  const view = new DataView(sent.buffer, sent.byteOffset, sent.byteLength);
  let length = 0;
  const buffers = Array.from(pairs(batch, BATCH.buffers), ([offset, packedLength, at]) => {
    const told = packedLength === 0 ? 0 : Number(view.getBigInt64(offset, true));
    const size = told === AS_IT_IS ? packedLength - SIZE_BYTES : told;
    if (!(size >= 0)) throw new RangeError(`a packed column claims ${size} bytes`);
    count(size);
    const packed = sent.subarray(offset + SIZE_BYTES, offset + packedLength);
    const to = length;
    length = Math.ceil((to + size) / ALIGNMENT) * ALIGNMENT;
    return { at, to, size, packed, isPacked: told !== AS_IT_IS && packedLength > 0 };
  });
  const body = new Uint8Array(length);
  for (const { at, to, size, packed, isPacked } of buffers) {
    body.set(isPacked ? unpack(packed, size) : packed.subarray(0, size), to);
    batch.setInt64At(at, to);
    batch.setInt64At(at + 8, size);
  }
  batch.leaveOut(BATCH.compression);
  message.setInt64(MESSAGE.bodyLength, length);
  return body;
}
