import { ModelFormatError } from "../../errors.js";

/** How deep objects and arrays may stand in each other; XGBoost's own files need 8. */
const MAX_DEPTH = 100;

type Numbers = Float64Array | Float32Array | BigInt64Array | Int32Array | Int16Array | Int8Array | Uint8Array;

/** The number types of UBJSON by their markers; all are big-endian. */
const numberTypes: Record<string, { bytes: number; read: (view: DataView, at: number) => number }> = {
  i: { bytes: 1, read: (view, at) => view.getInt8(at) },
  U: { bytes: 1, read: (view, at) => view.getUint8(at) },
  I: { bytes: 2, read: (view, at) => view.getInt16(at) },
  l: { bytes: 4, read: (view, at) => view.getInt32(at) },
  L: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at)) },
  d: { bytes: 4, read: (view, at) => view.getFloat32(at) },
  D: { bytes: 8, read: (view, at) => view.getFloat64(at) },
};

const allocate: Record<string, (length: number) => Exclude<Numbers, BigInt64Array>> = {
  i: (length) => new Int8Array(length),
  U: (length) => new Uint8Array(length),
  I: (length) => new Int16Array(length),
  l: (length) => new Int32Array(length),
  L: (length) => new Float64Array(length),
  d: (length) => new Float32Array(length),
  D: (length) => new Float64Array(length),
};

/**
 * Decodes the part of Universal Binary JSON (https://ubjson.org) that XGBoost writes: the value of the document as
 * plain objects, arrays, strings and numbers, typed arrays as typed arrays.
 * Every length is checked against the bytes that are left before anything is allocated for it.
 * @throws ModelFormatError naming the byte offset
 */
export function decodeUbjson(bytes: Uint8Array, format: string): unknown {
  return new Decoder(bytes, format).document();
}

class Decoder {
  private at = 0;
  private readonly view: DataView;
  private readonly utf8 = new TextDecoder();

  constructor(
    private readonly bytes: Uint8Array,
    private readonly format: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  document(): unknown {
    const value = this.value(this.marker(), 0);
    if (this.at < this.bytes.length) this.fail("expected the end of the file");
    return value;
  }

  private value(marker: string, depth: number): unknown {
    if (depth > MAX_DEPTH) this.fail(`expected a nesting of at most ${MAX_DEPTH}`);
    const numberType = numberTypes[marker];
    if (numberType !== undefined) return numberType.read(this.view, this.take(numberType.bytes));
    switch (marker) {
      case "{":
        return this.object(depth);
      case "[":
        return this.array(depth);
      case "S":
        return this.string();
      case "C":
        return String.fromCharCode(this.bytes[this.take(1)]!);
      case "T":
        return true;
      case "F":
        return false;
      case "Z":
        return null;
      default:
        return this.fail(`expected a type marker, found ${JSON.stringify(marker)}`);
    }
  }

  private object(depth: number): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    while (this.peek() !== "}") {
      const key = this.string();
      entries.push([key, this.value(this.marker(), depth + 1)]);
    }
    this.at++;
    // fromEntries defines own members, so that a key "__proto__" is only a key.
    return Object.fromEntries(entries);
  }

  private array(depth: number): unknown {
    if (this.peek() === "$") return this.typedArray();
    const items: unknown[] = [];
    if (this.peek() === "#") {
      this.at++;
      const length = this.length();
      for (let i = 0; i < length; i++) items.push(this.value(this.marker(), depth + 1));
      return items;
    }
    while (this.peek() !== "]") items.push(this.value(this.marker(), depth + 1));
    this.at++;
    return items;
  }

  private typedArray(): unknown {
    this.at++;
    const marker = this.marker();
    const type = numberTypes[marker];
    if (type === undefined) return this.fail(`expected an array of numbers, found type ${marker}`);
    if (this.marker() !== "#") return this.fail("expected # and the length of a typed array");
    const length = this.length();
    let at = this.take(length * type.bytes);
    const numbers = allocate[marker]!(length);
    for (let i = 0; i < length; i++, at += type.bytes) numbers[i] = type.read(this.view, at);
    return numbers;
  }

  private string(): string {
    const length = this.length();
    const from = this.take(length);
    return this.utf8.decode(this.bytes.subarray(from, from + length));
  }

  private length(): number {
    const marker = this.marker();
    if (!"iUIlL".includes(marker)) return this.fail("expected a length");
    const type = numberTypes[marker]!;
    const length = type.read(this.view, this.take(type.bytes));
    return length >= 0 && length <= this.bytes.length - this.at
      ? length
      : this.fail(`the length ${length} is more than the rest of the file`);
  }

  private marker(): string {
    return String.fromCharCode(this.bytes[this.take(1)]!);
  }

  private peek(): string {
    return this.at < this.bytes.length
      ? String.fromCharCode(this.bytes[this.at]!)
      : this.fail("the file ends here");
  }

  /** Steps over `count` bytes and returns where they began. */
  private take(count: number): number {
    if (count > this.bytes.length - this.at) this.fail("the file ends here");
    const from = this.at;
    this.at += count;
    return from;
  }

  private fail(expected: string): never {
    throw new ModelFormatError(this.format, `byte ${this.at}`, expected);
  }
}
