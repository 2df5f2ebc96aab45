import { ModelFormatError } from "../../errors.js";

/** How a field stands in a message. */
type Kind =
  | "integer"
  | "float"
  | "text"
  | "bytes"
  | "integers"
  | "floats"
  | "doubles"
  | "texts"
  | MessageSchema
  | readonly [MessageSchema];

/** The fields of a protobuf message by number; any other is skipped. A schema in brackets is a repeated message. */
export interface MessageSchema {
  readonly [field: number]: readonly [name: string, kind: Kind];
}

/** A decoded message: absent fields are absent, repeated numbers are typed arrays. */
export type Message = { [name: string]: unknown };

/** Messages inside of messages: ONNX needs 6; graphs inside of attributes (If, Loop) could go on. */
const MAX_DEPTH = 32;

/**
 * Decodes a protobuf message (https://protobuf.dev/programming-guides/encoding) by a schema of the fields that are
 * wanted. Every length is checked against what is left, so that the memory used stays in proportion to the bytes.
 * @throws ModelFormatError where the bytes are no such message
 */
export function decodeMessage(bytes: Uint8Array, schema: MessageSchema, format: string): Message {
  return new WireReader(bytes, format).message(schema, 0, bytes.length, "", 0);
}

class WireReader {
  private readonly view: DataView;
  private position = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly format: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  message(schema: MessageSchema, start: number, end: number, path: string, depth: number): Message {
    if (depth > MAX_DEPTH) this.fail(path, `lies deeper than ${MAX_DEPTH} messages`);
    this.position = start;
    const message: Message = {};
    const repeated = new Map<string, NumberList>();
    while (this.position < end) {
      const tag = this.varint(end, path);
      const field = schema[Math.floor(tag / 8)];
      const wireType = tag % 8;
      if (field === undefined) this.skip(wireType, end, path);
      else this.field(message, repeated, field, wireType, end, path, depth);
    }
    for (const [name, list] of repeated) message[name] = list.toArray();
    return message;
  }

  private field(
    message: Message,
    repeated: Map<string, NumberList>,
    [name, kind]: readonly [string, Kind],
    wireType: number,
    end: number,
    parent: string,
    depth: number,
  ): void {
    const path = parent === "" ? name : `${parent}.${name}`;
    if (kind === "integer") message[name] = this.integer(wireType, end, path);
    else if (kind === "float") message[name] = this.fixed(wireType, 4, end, path);
    else if (kind === "integers" || kind === "floats" || kind === "doubles") {
      const list = repeated.get(name) ?? new NumberList();
      repeated.set(name, list);
      this.numbers(list, kind, wireType, end, path);
    } else {
      const [from, to] = this.span(wireType, end, path);
      if (kind === "bytes") message[name] = this.bytes.subarray(from, to);
      else if (kind === "text") message[name] = this.text(from, to);
      else if (kind === "texts") listOf(message, name).push(this.text(from, to));
      else if (isRepeated(kind)) {
        const list = listOf(message, name);
        list.push(this.message(kind[0], from, to, `${path}[${list.length}]`, depth + 1));
      } else message[name] = this.message(kind, from, to, path, depth + 1);
      this.position = to;
    }
  }

  /** Numbers one by one or packed: writers may do either. */
  private numbers(
    list: NumberList,
    kind: "integers" | "floats" | "doubles",
    wireType: number,
    end: number,
    path: string,
  ): void {
    const size = kind === "floats" ? 4 : 8;
    const one = (type: number, limit: number) =>
      list.push(kind === "integers" ? this.integer(type, limit, path) : this.fixed(type, size, limit, path));
    if (wireType !== 2) {
      one(wireType, end);
      return;
    }
    const [, to] = this.span(wireType, end, path);
    while (this.position < to) one(kind === "integers" ? 0 : size === 4 ? 5 : 1, to);
  }

  private integer(wireType: number, end: number, path: string): number {
    return wireType === 0 ? this.varint(end, path, true) : this.fail(path, "expected an integer");
  }

  private fixed(wireType: number, size: 4 | 8, end: number, path: string): number {
    if (wireType !== (size === 4 ? 5 : 1))
      this.fail(path, `expected a ${size === 4 ? "float" : "double"} number`);
    this.need(size, end, path);
    const at = this.position;
    this.position += size;
    return size === 4 ? this.view.getFloat32(at, true) : this.view.getFloat64(at, true);
  }

  private span(wireType: number, end: number, path: string): [number, number] {
    if (wireType !== 2) this.fail(path, "expected a field with a length");
    const length = this.varint(end, path);
    this.need(length, end, path);
    return [this.position, this.position + length];
  }

  private text(from: number, to: number): string {
    return new TextDecoder().decode(this.bytes.subarray(from, to));
  }

  private skip(wireType: number, end: number, path: string): void {
    if (wireType === 0) this.varint(end, path);
    else if (wireType === 2) this.position = this.span(wireType, end, path)[1];
    else if (wireType === 1 || wireType === 5) {
      const size = wireType === 1 ? 8 : 4;
      this.need(size, end, path);
      this.position += size;
    } else this.fail(path, `expected a protobuf field, found the wire type ${wireType}`);
  }

  /** A base-128 number. Beyond 2^53 it loses its lowest bits, which no field that is read needs. */
  private varint(end: number, path: string, signed = false): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      this.need(1, end, path);
      const byte = this.bytes[this.position++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) return (signed ? high | 0 : high >>> 0) * 2 ** 32 + (low >>> 0);
    }
    return this.fail(path, "expected a number of at most 10 bytes");
  }

  private need(length: number, end: number, path: string): void {
    if (this.position + length > end)
      this.fail(path, `is cut off: ${length} bytes wanted, ${end - this.position} left`);
  }

  private fail(path: string, expected: string): never {
    throw new ModelFormatError(
      this.format,
      path === "" ? `byte ${this.position}` : `${path} (byte ${this.position})`,
      expected,
    );
  }
}

/** Numbers as they come, doubling like GrowingFloat64Array but from small, since most lists are. */
class NumberList {
  private items = new Float64Array(8);
  private length = 0;

  push(value: number): void {
    if (this.length === this.items.length) {
      const larger = new Float64Array(this.length * 2);
      larger.set(this.items);
      this.items = larger;
    }
    this.items[this.length++] = value;
  }

  toArray(): Float64Array {
    return this.items.slice(0, this.length);
  }
}

function isRepeated(kind: MessageSchema | readonly [MessageSchema]): kind is readonly [MessageSchema] {
  return Array.isArray(kind);
}

function listOf(message: Message, name: string): unknown[] {
  message[name] ??= [];
  return message[name] as unknown[];
}
