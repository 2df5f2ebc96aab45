import { ProblemError } from "../http/problem.js";
import { PartialText } from "./partial-text.js";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BLANKS = [0x20, 0x09, 0x0a, 0x0d];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** What is to come: the frame `[…]` or `{"rows": […]}` begins, a key, its text, a colon, the list, a row, the frame's end, nothing. */
type Place = "start" | "key" | "key-text" | "colon" | "list" | "row" | "close" | "end";

/**
 * Cuts a JSON array of rows, or an object whose one member `rows` is such an array, into the texts of its rows as its bytes
 * arrive. It looks at strings and brackets only: whether a row is sound is for JSON.parse to say, which gets each as a
 * whole. JSON from strangers needs the bound of a row's length that a parser of streams does not have.
 * @throws ProblemError 400
 */
export class JsonCutter {
  private place: Place = "start";
  private inObject = false;
  private seenRows = false;
  private readonly partial = new PartialText();
  /** How many lists and objects of a row are open, and whether a string is. */
  private depth = 0;
  private inString = false;
  private escaped = false;
  /** The row that comes next, counted from 1. */
  private row = 1;

  /** The rows that end in these bytes. */
  *cut(bytes: Uint8Array): Generator<string> {
    let at = 0;
    while (at < bytes.length) {
      if (this.place !== "row") {
        at = this.readFrame(bytes, at);
        continue;
      }
      const end = this.endOfRow(bytes, at);
      if (end === bytes.length) {
        this.partial.add(bytes.subarray(at), this.row);
        return;
      }
      const text = this.partial.take(bytes.subarray(at, end), this.row);
      const isLast = bytes[end] === CLOSE_LIST;
      if (isLast) this.place = this.inObject ? "close" : "end";
      at = end + 1;
      if (text.trim() !== "") {
        yield text;
        this.row++;
      } else if (!isLast || this.row > 1) throw this.fault(`row ${this.row}: expected a row`);
    }
  }

  /** To be called when no more bytes come. Nothing at all is no fault. */
  end(): void {
    if (this.place === "start" || this.place === "end") return;
    throw this.fault(`the JSON ends in the middle, after ${this.row - 1} rows`);
  }

  /** Where the row ends: its comma, or the end of the list; the end of the bytes where neither is in them. */
  private endOfRow(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (byte === BACKSLASH) this.escaped = true;
        else if (byte === QUOTE) this.inString = false;
      } else if (byte === QUOTE) this.inString = true;
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.depth++;
      else if (this.depth > 0) {
        if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.depth--;
      } else if (byte === COMMA || byte === CLOSE_LIST) return at;
      else if (byte === CLOSE_OBJECT) throw this.fault(`row ${this.row}: unexpected "}"`);
    }
    return bytes.length;
  }

  /** Reads what stands around the rows: one byte, or the text of a key. Gives where to go on. */
  private readFrame(bytes: Uint8Array, at: number): number {
    const byte = bytes[at]!;
    if (this.place === "key-text") return this.readKey(bytes, at);
    if (BLANKS.includes(byte) || (this.place === "start" && BYTE_ORDER_MARK.includes(byte))) return at + 1;
    this.place = this.after(byte);
    return at + 1;
  }

  private after(byte: number): Place {
    switch (this.place) {
      case "start":
        this.inObject = byte === OPEN_OBJECT;
        if (this.inObject) return "key";
        if (byte === OPEN_LIST) return "row";
        throw this.fault('expected [ … ] or { "rows": [ … ] }');
      case "key":
        if (byte === QUOTE) return "key-text";
        throw this.fault('expected { "rows": [ … ] }');
      case "colon":
        if (byte === COLON) return "list";
        throw this.fault('expected a colon behind "rows"');
      case "list":
        if (byte === OPEN_LIST) return "row";
        throw this.fault("rows: expected a list");
      case "close":
        if (byte === CLOSE_OBJECT) return "end";
        if (byte === COMMA) return "key";
        throw this.fault("expected } behind the rows");
      default:
        throw this.fault("something stands behind the rows' end");
    }
  }

  private readKey(bytes: Uint8Array, from: number): number {
    const end = bytes.indexOf(QUOTE, from);
    if (end < 0) {
      this.partial.add(bytes.subarray(from), this.row);
      return bytes.length;
    }
    const key = this.partial.take(bytes.subarray(from, end), this.row);
    if (key !== "rows" || this.seenRows) {
      const what = key === "rows" ? "is there twice" : "is not known here";
      throw new ProblemError(
        "unknown-field",
        `${JSON.stringify(key.slice(0, 60))} ${what}: a table is [ … ] or { "rows": [ … ] }, options stand in the address`,
      );
    }
    this.seenRows = true;
    this.place = "colon";
    return end + 1;
  }

  private fault(detail: string): ProblemError {
    return new ProblemError("bad-json", detail);
  }
}
