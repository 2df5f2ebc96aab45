import { ModelFormatError } from "../errors.js";
import { DocumentNode } from "./document.js";
import { parseJson } from "./json-text.js";

/** What `loadModel` takes: a file's bytes, its text, or the object parsed from it. */
export type ModelFile = Uint8Array | string | object;

/**
 * A model file as it was given, decoded and parsed only when a format asks, and at most once:
 * a binary file is never decoded as text, and text that does not begin as JSON is never parsed as JSON.
 */
export class Content {
  private decoded: string | undefined;
  private beginsAsJson: boolean | undefined;
  private parsed: { readonly value: unknown } | { readonly error: Error } | undefined;

  constructor(private readonly source: ModelFile) {}

  /** The file's bytes; undefined where it was given as text or as an object. */
  get bytes(): Uint8Array | undefined {
    return this.source instanceof Uint8Array ? this.source : undefined;
  }

  /** The file as text, a byte order mark removed; undefined where an object was given. */
  get text(): string | undefined {
    if (this.decoded === undefined) {
      if (typeof this.source === "string") this.decoded = this.source.replace(/^\uFEFF/, "");
      else if (this.bytes !== undefined) this.decoded = new TextDecoder().decode(this.bytes);
    }
    return this.decoded;
  }

  /** Up to `length` characters from the first that is no white space, read as Latin-1; "" for an object. */
  head(length = 64): string {
    if (this.bytes === undefined && typeof this.source !== "string") return "";
    const start = this.bytes ?? (this.source as string);
    const from = firstPrintable(start);
    if (typeof start === "string") return start.slice(from, from + length);
    return String.fromCharCode(...start.subarray(from, from + length));
  }

  /** Whether the file is an object or begins like JSON text (an XGBoost UBJSON file begins differently). */
  looksLikeJson(): boolean {
    if (this.bytes === undefined && typeof this.source !== "string") return true;
    this.beginsAsJson ??= /^(\{\s*["}]|\[\s*[[\]{"\d-])/.test(this.head(4096));
    return this.beginsAsJson;
  }

  /** The parsed JSON; undefined where the file is none or is broken. */
  get json(): unknown {
    if (!this.looksLikeJson()) return undefined;
    const parsed = this.parse();
    return "value" in parsed ? parsed.value : undefined;
  }

  /** Whether the file is a JSON object that has all these members. */
  hasMembers(...names: string[]): boolean {
    const { json } = this;
    const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
    return isObject && names.every((name) => Object.hasOwn(json, name));
  }

  /**
   * The root of the parsed JSON.
   * @throws ModelFormatError where the file is no JSON
   */
  document(format: string): DocumentNode {
    const parsed = this.parse();
    if ("value" in parsed) return new DocumentNode(parsed.value, format);
    throw new ModelFormatError(format, "", `expected JSON (${parsed.error.message})`, {
      cause: parsed.error,
    });
  }

  private parse(): { readonly value: unknown } | { readonly error: Error } {
    this.parsed ??= this.parseOnce();
    return this.parsed;
  }

  private parseOnce(): { readonly value: unknown } | { readonly error: Error } {
    const { text } = this;
    if (text === undefined) return { value: this.source };
    try {
      return { value: parseJson(text) };
    } catch (error) {
      return { error: error as Error };
    }
  }
}

/** Skips white space and a UTF-8 or UTF-16 byte order mark. */
function firstPrintable(start: string | Uint8Array): number {
  let from = 0;
  const skipped = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf, 0xfeff]);
  while (from < start.length) {
    const code = typeof start === "string" ? start.charCodeAt(from) : start[from]!;
    if (!skipped.has(code)) break;
    from++;
  }
  return from;
}
