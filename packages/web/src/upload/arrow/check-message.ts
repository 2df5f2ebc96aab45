import { FlatTable } from "./flat-table.js";

/** A message of Arrow IPC as its metadata describe it: https://arrow.apache.org/docs/format/Columnar.html */
export interface MessageHead {
  readonly kind: "schema" | "dictionary" | "batch";
  readonly bodyLength: number;
  /** Undefined for a schema. */
  readonly batch: FlatTable | undefined;
  readonly message: FlatTable;
  /** Of a schema: for each of its columns, which of a batch's nodes tells its length. */
  readonly nodeOfColumn: readonly number[];
}

/** Slots and numbers of Message.fbs and Schema.fbs. */
export const MESSAGE = { headerType: 1, header: 2, bodyLength: 3, customMetadata: 4 };
export const BATCH = { length: 0, nodes: 1, buffers: 2, compression: 3, variadicCounts: 4 };
const KINDS = [undefined, "schema", "dictionary", "batch"] as const;
const SCHEMA = { endianness: 0, fields: 1, customMetadata: 2, features: 3 };
const FIELD = { name: 0, typeType: 2, type: 3, dictionary: 4, children: 5, customMetadata: 6 };
const DICTIONARY_BATCH = { data: 1 };
const INDEX_TYPE = 1;
const TYPE = { timestamp: 10, union: 14 };
/** Of a timestamp. */
const TIME_ZONE = 1;
const KEY_VALUE = { key: 0, value: 1 };
/** Of nodes and buffers: two 64-bit numbers. */
const PAIR_BYTES = 16;

/** Rows that a batch may have though nothing stands for them; beyond that, a bit does at least. */
const FREE_ROWS = 2 ** 16;

/**
 * Reads what apache-arrow is going to believe: each length is held against what is there, before anything is made of it.
 * @throws RangeError, Error that says what is wrong with the message
 */
export function checkMessage(metadata: Uint8Array): MessageHead {
  const message = FlatTable.in(metadata);
  const kind = KINDS[message.int8(MESSAGE.headerType)];
  const header = message.table(MESSAGE.header);
  const bodyLength = message.int64(MESSAGE.bodyLength);
  if (kind === undefined || header === undefined) throw new Error("a message is neither schema nor rows");
  if (bodyLength < 0) throw new RangeError(`a message claims ${bodyLength} bytes`);
  checkCustom(message, MESSAGE.customMetadata);
  if (kind === "schema") {
    return { kind, bodyLength, batch: undefined, message, nodeOfColumn: checkSchema(header) };
  }
  const batch = kind === "batch" ? header : header.table(DICTIONARY_BATCH.data);
  if (batch === undefined) throw new Error("a dictionary holds nothing");
  return { kind, bodyLength, batch, message, nodeOfColumn: [] };
}

function checkSchema(schema: FlatTable): number[] {
  if (schema.int16(SCHEMA.endianness) !== 0) throw new Error("its numbers are big-endian");
  checkCustom(schema, SCHEMA.customMetadata);
  schema.list(SCHEMA.features, 8);
  const nodeOfColumn: number[] = [];
  let nodes = 0;
  for (const field of schema.tables(SCHEMA.fields)) {
    nodeOfColumn.push(nodes);
    nodes += checkField(field);
  }
  return nodeOfColumn;
}

/** Gives how many nodes a batch has for the column: itself and what is nested in it. */
function checkField(field: FlatTable): number {
  field.list(FIELD.name, 1);
  checkCustom(field, FIELD.customMetadata);
  const dictionary = field.table(FIELD.dictionary);
  dictionary?.table(INDEX_TYPE);
  const type = field.table(FIELD.type);
  const typeType = field.int8(FIELD.typeType);
  if (typeType === TYPE.union) throw new Error("a column is a union");
  if (typeType === TYPE.timestamp) type?.list(TIME_ZONE, 1);
  let nested = 0;
  for (const child of field.tables(FIELD.children)) nested += checkField(child);
  return dictionary === undefined ? 1 + nested : 1;
}

function checkCustom(table: FlatTable, slot: number): void {
  for (const pair of table.tables(slot)) {
    pair.list(KEY_VALUE.key, 1);
    pair.list(KEY_VALUE.value, 1);
  }
}

/**
 * Holds a batch of rows against its body, which must be unpacked.
 * @param nodeOfColumn of the schema; none for a dictionary
 * @throws RangeError, and a RowClaimError where few bytes stand for many rows
 */
export function checkBatch(batch: FlatTable, bodyLength: number, nodeOfColumn: readonly number[]): void {
  const most = FREE_ROWS + 8 * bodyLength;
  const refuse = (rows: number): never => {
    throw new RowClaimError(`a record batch of ${bodyLength} bytes says it has ${rows} rows`);
  };
  const rows = batch.int64(BATCH.length);
  if (rows < 0 || rows > most) refuse(rows);
  const nodes = [...pairs(batch, BATCH.nodes)];
  for (const [length, nulls] of nodes) {
    if (length < 0 || length > most) refuse(length);
    if (nulls < 0 || nulls > length) throw new RangeError(`a column says that ${nulls} values are missing`);
  }
  if (!nodeOfColumn.every((node) => nodes[node]?.[0] === rows)) {
    throw new RangeError(`a column has not the ${rows} rows of its batch`);
  }
  let buffers = 0;
  for (const [offset, length] of pairs(batch, BATCH.buffers)) {
    buffers++;
    if (offset < 0 || length < 0 || offset + length > bodyLength) {
      throw new RangeError(`a column of ${length} bytes lies outside of its batch`);
    }
  }
  const counts = batch.list(BATCH.variadicCounts, 8);
  for (let i = 0; i < counts.count; i++) {
    const count = batch.int64At(counts.at + 8 * i);
    if (count < 0 || count > buffers) throw new RangeError(`a column claims ${count} buffers`);
  }
}

/** Few bytes claim to be many rows. */
export class RowClaimError extends Error {
  override readonly name = "RowClaimError";
}

/** Two numbers each, of nodes and buffers. */
export function* pairs(
  batch: FlatTable,
  slot: number,
): Generator<readonly [first: number, second: number, at: number]> {
  const { at, count } = batch.list(slot, PAIR_BYTES);
  for (let i = 0; i < count; i++) {
    const pair = at + PAIR_BYTES * i;
    yield [batch.int64At(pair), batch.int64At(pair + 8), pair];
  }
}
