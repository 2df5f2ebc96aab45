import type { PiecesOfFile } from "../on-disk.js";
import type { ByteQueue } from "./byte-queue.js";
import { FlatTable } from "./flat-table.js";

/** A message as it stands in a stream or a file. */
export interface RawMessage {
  readonly metadata: Uint8Array;
  /** To be called once, when its length is known to be sound. */
  body(length: number): Promise<Uint8Array>;
}

/** 65,536 columns have metadata of some 10 MB. */
const MAX_METADATA_BYTES = 16 * 2 ** 20;
const CONTINUATION = -1;
export const FILE_MARK = "ARROW1";

/** The messages of an IPC stream as they arrive. @throws Error */
export async function* streamMessages(bytes: ByteQueue): AsyncGenerator<RawMessage> {
  for (;;) {
    if ((await bytes.peek(1)) === undefined) return;
    let length = (await bytes.take(4)).readInt32LE(0);
    // Writers before 2019 have no mark before the length.
    if (length === CONTINUATION) length = (await bytes.take(4)).readInt32LE(0);
    if (length === 0) break;
    yield { metadata: await bytes.take(checked(length)), body: (bodyLength) => bytes.take(bodyLength) };
  }
  // Two streams one behind the other, say: rows that are sent are explained or refused.
  if ((await bytes.peek(1)) !== undefined) throw new Error("something stands behind the end of the stream");
}

/** Slots of Footer and Block in File.fbs. */
const FOOTER = { version: 0, schema: 1, dictionaries: 2, recordBatches: 3 };
const BLOCK = { bytes: 24, metadataLength: 8, bodyLength: 16 };

/**
 * The messages of an IPC file, by its table of contents: schema, dictionaries, batches. What stands before may be in another
 * order, and need not be a stream. Each block is read once, and all of them together are no larger than the file.
 * @throws Error
 */
export async function* fileMessages(file: PiecesOfFile): AsyncGenerator<RawMessage> {
  const end = Buffer.from(await file.bytesAt(file.size - FILE_MARK.length - 4, FILE_MARK.length + 4));
  if (end.toString("latin1", 4) !== FILE_MARK) throw new Error("it ends in the middle");
  const footerLength = checked(end.readInt32LE(0));
  const footer = await file.bytesAt(file.size - end.length - footerLength, footerLength);
  const contents = FlatTable.in(footer);
  yield { metadata: schemaMessage(footer, contents), body: async () => new Uint8Array() };
  let left = file.size;
  for (const slot of [FOOTER.dictionaries, FOOTER.recordBatches]) {
    const { at, count } = contents.list(slot, BLOCK.bytes);
    for (let i = 0; i < count; i++) {
      const block = at + BLOCK.bytes * i;
      const offset = contents.int64At(block);
      const length = checked(contents.int32At(block + BLOCK.metadataLength));
      const bodyLength = contents.int64At(block + BLOCK.bodyLength);
      left -= length + bodyLength;
      if (bodyLength < 0 || left < 0) throw new RangeError("its table of contents claims more than it holds");
      const head = Buffer.from((await file.bytesAt(offset, length)).buffer);
      const prefix = head.readInt32LE(0) === CONTINUATION ? 8 : 4;
      yield {
        metadata: head.subarray(prefix),
        body(told) {
          if (told !== bodyLength) throw new Error("a batch and the table of contents differ in its length");
          return file.bytesAt(offset + length, bodyLength);
        },
      };
    }
  }
}

/**
 * The schema of a footer as a message: a Message table that leads to the Schema table in the footer's bytes behind it.
 * Root; vtable of three slots (version, kind, header); table of offset to vtable, header, version, kind.
 */
function schemaMessage(footer: Uint8Array, contents: FlatTable): Uint8Array {
  const schema = contents.table(FOOTER.schema);
  if (schema === undefined) throw new Error("it has no schema");
  const before = 32;
  const bytes = Buffer.alloc(before + footer.length);
  const table = 16;
  const vtable = 4;
  bytes.writeInt32LE(table, 0);
  for (const [i, value] of [10, 12, 8, 10, 4].entries()) bytes.writeUInt16LE(value, vtable + 2 * i);
  bytes.writeInt32LE(table - vtable, table);
  bytes.writeInt32LE(before + schema.at - (table + 4), table + 4);
  bytes.writeInt16LE(contents.int16(FOOTER.version), table + 8);
  bytes.writeInt8(1, table + 10);
  bytes.set(footer, before);
  return bytes;
}

function checked(metadataLength: number): number {
  if (metadataLength > 0 && metadataLength <= MAX_METADATA_BYTES) return metadataLength;
  throw new RangeError(`a message claims ${metadataLength} bytes of metadata`);
}
