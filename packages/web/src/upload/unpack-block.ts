import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { decompress } from "fzstd";
import { unlz4Block, unlz4Frame } from "./unlz4.js";

/** Unpacks to as many bytes as the file tells, and no more. @throws Error */
type Unpacker = (packed: Uint8Array, size: number) => Uint8Array;

const intoFresh =
  (fill: (packed: Uint8Array, into: Uint8Array) => void): Unpacker =>
  (packed, size) => {
    const into = new Uint8Array(size);
    fill(packed, into);
    return into;
  };

const whole = (unpacked: Uint8Array, size: number): Uint8Array => {
  if (unpacked.length === size) return unpacked;
  throw new Error(`a block unpacks to ${unpacked.length} bytes, not ${size}`);
};

/** How Parquet and Arrow pack their pages and buffers, beside Snappy. Where a library trusts what it reads, it gets the room. */
export const unpackers = {
  gzip: (packed, size) => whole(gunzipSync(packed, { maxOutputLength: Math.max(1, size) }), size),
  brotli: (packed, size) => whole(brotliDecompressSync(packed, { maxOutputLength: Math.max(1, size) }), size),
  zstd: intoFresh(unzstd),
  lz4Block: intoFresh(unlz4Block),
  lz4Frame: intoFresh(unlz4Frame),
} as const satisfies Record<string, Unpacker>;

/** fzstd writes into the room it gets and does not tell how far it came: a frame that tells its size is held against it. */
function unzstd(packed: Uint8Array, into: Uint8Array): void {
  const told = zstdContentSize(packed);
  if (told !== undefined && told !== into.length) {
    throw new Error(`a Zstandard frame tells of ${told} bytes, not ${into.length}`);
  }
  try {
    decompress(packed, into);
  } catch (error) {
    // Its errors have codes, by which those of a connection are known here.
    throw new Error(`a Zstandard frame is broken: ${(error as Error).message}`);
  }
}

/** https://www.rfc-editor.org/rfc/rfc8878#name-frame-header; undefined where the frame does not tell. */
function zstdContentSize(packed: Uint8Array): number | undefined {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  if (view.getUint32(0, true) !== 0xfd2fb528) throw new Error("it is no Zstandard frame");
  const descriptor = view.getUint8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const at = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  switch (descriptor >> 6) {
    case 0:
      return isSingleSegment ? view.getUint8(at) : undefined;
    case 1:
      return view.getUint16(at, true) + 256;
    case 2:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}
