import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import type { ColumnDecoder, ParquetParsers, SchemaElement } from "hyparquet/src/types.js";
import { shortestOf } from "../result/shortest.js";
import { decimalNumber, decimalText, MAX_DECIMAL_DIGITS } from "./decimals.js";
import { isoDay, isoTime, timeOfDay } from "./iso-time.js";
import { noFeature } from "./no-feature.js";

/** A cell as JSON would have it, missing ones as null. */
export type CellConverter = (value: unknown) => unknown;

/** What a column's cells are told as, where hyparquet would lose digits of them, or make texts of bytes. */
interface Meaning {
  /** Undefined where the column can be no feature. */
  readonly number?: CellConverter;
  readonly text: CellConverter;
  readonly what: string;
}

const MAX_DECIMAL_BYTES = 32;
const DIGITS = { MILLIS: 3, MICROS: 6, NANOS: 9 } as const;

/** How hyparquet is to read the column: as it is kept, where its cells are told here. */
export function rawColumn(element: SchemaElement): Pick<ColumnDecoder, "element" | "parsers" | "utf8"> {
  if (meaningOf(element) === undefined) return { element, parsers };
  const { converted_type: _, logical_type: __, ...raw } = element;
  return { element: raw, parsers, utf8: false };
}

/** INT96 is made nanoseconds whatever the column is said to be. */
const parsers: ParquetParsers = {
  ...DEFAULT_PARSERS,
  timestampFromNanoseconds: (nanoseconds) => nanoseconds,
};

/**
 * How the cells of a column are told as a feature's number, or carried as a text: decimals with all their digits, times in
 * ISO 8601.
 * @throws Error where they cannot be; the converter where a cell is no time
 */
export function cellConverter(element: SchemaElement, use: "number" | "text"): CellConverter {
  const meaning = meaningOf(element);
  if (meaning === undefined) return use === "text" && element.type === "FLOAT" ? shortestText : asItIs;
  const convert = meaning[use];
  if (convert === undefined) throw noFeature(meaning.what);
  return (value) => (value === null || value === undefined ? null : convert(value));
}

const asItIs: CellConverter = (value) => value;
const shortestText: CellConverter = (value) => (typeof value === "number" ? shortestOf(value) : value);

function meaningOf(element: SchemaElement): Meaning | undefined {
  const { type, converted_type: converted, logical_type: logical } = element;
  const kind = logical?.type ?? converted;
  if (kind === "DECIMAL") return decimals(element);
  if (kind === "DATE") return { what: "dates", text: (days) => isoDay(Number(days)) };
  const timeDigits = digitsOf(element, "TIME");
  if (timeDigits !== undefined)
    return { what: "times of day", text: (ticks) => timeOfDay(whole(ticks), timeDigits) };
  const digits = digitsOf(element, "TIMESTAMP");
  if (digits !== undefined) return { what: "timestamps", text: (ticks) => isoTime(whole(ticks), digits) };
  if (type === "INT96") return { what: "timestamps", text: (nanoseconds) => isoTime(whole(nanoseconds), 9) };
  if (kind === "JSON") return { what: "JSON", text: (bytes) => utf8.decode(bytes as Uint8Array) };
  const isText =
    kind === "UTF8" || kind === "STRING" || kind === "ENUM" || kind === "UUID" || kind === "FLOAT16";
  if (type?.endsWith("BYTE_ARRAY") !== true || isText) return undefined;
  throw new Error(`expected numbers or texts, found ${kind ?? "bytes"}`);
}

const utf8 = new TextDecoder();

function digitsOf(
  { converted_type: converted, logical_type: logical }: SchemaElement,
  kind: "TIME" | "TIMESTAMP",
): number | undefined {
  if (logical?.type === kind) return DIGITS[(logical as { unit: keyof typeof DIGITS }).unit];
  if (converted === `${kind}_MILLIS`) return DIGITS.MILLIS;
  return converted === `${kind}_MICROS` ? DIGITS.MICROS : undefined;
}

function decimals({ scale: ownScale, logical_type: logical }: SchemaElement): Meaning {
  const scale = ownScale ?? (logical?.type === "DECIMAL" ? logical.scale : undefined) ?? 0;
  if (Math.abs(scale) > MAX_DECIMAL_DIGITS) throw new Error(`its decimals have ${scale} digits`);
  return {
    what: "decimals",
    number: (value) => decimalNumber(unscaled(value), scale),
    text: (value) => decimalText(unscaled(value), scale),
  };
}

function unscaled(value: unknown): bigint {
  if (!(value instanceof Uint8Array)) return whole(value);
  if (value.length > MAX_DECIMAL_BYTES) throw new Error(`a decimal has ${value.length} bytes`);
  const bits = value.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return BigInt.asIntN(8 * value.length, bits);
}

function whole(value: unknown): bigint {
  if (typeof value === "bigint") return value;
  if (Number.isInteger(value)) return BigInt(value as number);
  throw new Error("its values are no integers");
}
