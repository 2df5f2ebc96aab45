import { type Data, DataType, type Decimal, type Dictionary, Int64, Precision, Vector } from "apache-arrow";
import { shortestOf } from "../../result/shortest.js";
import { decimalNumber, decimalText, MAX_DECIMAL_DIGITS } from "../decimals.js";
import { isoDay, isoTime, timeOfDay } from "../iso-time.js";
import { noFeature } from "../no-feature.js";

/** Cells of a column as JSON would have them, missing ones as null. */
export type CellReader = (row: number) => unknown;

/** To explain, or to carry along as it is: decimals with all their digits, times in ISO 8601. */
type Use = "number" | "text";

const DAY_MS = 86_400_000;
const DECIMAL_BITS = [32, 64, 128, 256];

/**
 * Reads a column's cells. apache-arrow believes that a column's buffers hold what its metadata say,
 * and takes what is not there for zero, or for missing: here it is an error.
 * @throws Error where the column has no one value a row, its buffers end before its rows, or it is no feature; the reader
 *   where a cell is no time
 */
export function cellReader(column: Vector, rows: number, use: Use): CellReader {
  const type: DataType = column.type;
  if (column.length !== rows || !column.data.every(isSound))
    throw new Error("its buffers end before its rows");
  if (DataType.isDictionary(type)) return wordReader(column as Vector<Dictionary>, use);
  if (DataType.isDecimal(type)) return decimalReader(column as Vector<Decimal>, use);
  const times = timesOf(type);
  if (times !== undefined) {
    if (use === "number") throw noFeature(times.what);
    const ticks = ticksOf(column);
    return present((row) => ticks.get(row) as number | bigint | null, times.tell);
  }
  if (use === "text" && DataType.isFloat(type) && type.precision === Precision.SINGLE) {
    return present((row) => column.get(row) as number | null, shortestOf);
  }
  return (row) => column.get(row) as unknown;
}

const present =
  <T>(read: (row: number) => T | null, convert: (value: T) => unknown): CellReader =>
  (row) => {
    const value = read(row);
    return value === null ? null : convert(value);
  };

/** Batches share their words, which are looked through once. */
const wordReaders = { number: new WeakMap<Vector, CellReader>(), text: new WeakMap<Vector, CellReader>() };

function wordReader(column: Vector<Dictionary>, use: Use): CellReader {
  const [data] = column.data;
  const words = data?.dictionary;
  if (data === undefined || words === undefined || column.data.length > 1)
    throw new Error("it has no words of its own");
  const readWord = wordReaders[use].get(words) ?? cellReader(words, words.length, use);
  wordReaders[use].set(words, readWord);
  if (!pointsInto(data, words.length)) throw new Error("it points beyond its dictionary");
  return (row) => (data.getValid(row) ? readWord(Number(data.values[row])) : null);
}

function decimalReader(column: Vector<Decimal>, use: Use): CellReader {
  const { scale, bitWidth } = column.type;
  if (Math.abs(scale) > MAX_DECIMAL_DIGITS) throw new Error(`its decimals have ${scale} digits`);
  if (!DECIMAL_BITS.includes(bitWidth)) throw new Error(`its decimals have ${bitWidth} bits`);
  const convert = use === "text" ? decimalText : decimalNumber;
  return present(
    (row) => column.get(row) as Uint32Array | null,
    (words) => {
      const unsigned = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
      return convert(BigInt.asIntN(bitWidth, unsigned), scale);
    },
  );
}

interface Times {
  readonly what: string;
  readonly tell: (ticks: number | bigint) => unknown;
}

/** How the cells of a column of times are told; undefined for another column. */
function timesOf(type: DataType): Times | undefined {
  if (DataType.isTimestamp(type)) {
    return { what: "timestamps", tell: (ticks) => isoTime(BigInt(ticks), 3 * type.unit) };
  }
  if (DataType.isTime(type)) {
    return { what: "times of day", tell: (ticks) => timeOfDay(BigInt(ticks), 3 * type.unit) };
  }
  if (DataType.isDate(type)) return { what: "dates", tell: (ms) => dateText(Number(ms)) };
  return DataType.isDuration(type) ? { what: "durations", tell: String } : undefined;
}

/** Dates that are kept in milliseconds need not be whole days. */
const dateText = (ms: number): string => (ms % DAY_MS === 0 ? isoDay(ms / DAY_MS) : isoTime(BigInt(ms), 3));

/** The numbers as they are kept: apache-arrow gives timestamps in milliseconds, as fractions or not at all. */
function ticksOf(column: Vector): Vector {
  if (!DataType.isTimestamp(column.type)) return column;
  return new Vector(column.data.map((data) => data.clone(new Int64() as DataType)));
}

/** Words that grow keep what they had, which is looked through once. */
const sound = new WeakSet<Data>();

function isSound(data: Data): boolean {
  if (!sound.has(data) && !holdsItsRows(data)) return false;
  sound.add(data);
  return true;
}

function holdsItsRows(data: Data): boolean {
  const { type, length, stride, nullCount } = data;
  if (DataType.isNull(type)) return true;
  if (nullCount > 0 && data.nullBitmap.length * 8 < length) return false;
  if (DataType.isBool(type)) return data.values.length * 8 >= length;
  if (DataType.isUtf8View(type)) return viewsHold(data);
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return offsetsHold(data);
  const isFlat =
    DataType.isDictionary(type) ||
    DataType.isInt(type) ||
    DataType.isFloat(type) ||
    DataType.isDecimal(type) ||
    DataType.isDate(type) ||
    DataType.isTimestamp(type) ||
    DataType.isTime(type) ||
    DataType.isDuration(type);
  if (!isFlat) throw new Error(`expected one number or text a row, found ${type}`);
  return data.values.length >= length * stride;
}

/** Every index of a row that is there leads to a word. */
function pointsInto(data: Data<Dictionary>, words: number): boolean {
  for (let row = 0; row < data.length; row++) {
    if (data.getValid(row) && !(Number(data.values[row]) >= 0 && Number(data.values[row]) < words))
      return false;
  }
  return true;
}

/** Offsets rise, and end within the text. */
function offsetsHold({ valueOffsets, values, length }: Data): boolean {
  if (length === 0) return true;
  if (valueOffsets.length < length + 1) return false;
  let before = 0;
  for (let i = 0; i <= length; i++) {
    const offset = Number(valueOffsets[i]);
    if (offset < before) return false;
    before = offset;
  }
  return before <= values.length;
}

/** A view is 16 bytes: its length and up to 12 bytes of text, or the place of its text. */
function viewsHold(data: Data): boolean {
  const views = data.values as Uint8Array;
  if (views.length < 16 * data.length) return false;
  const view = new DataView(views.buffer, views.byteOffset, views.byteLength);
  for (let row = 0; row < data.length; row++) {
    const length = view.getInt32(16 * row, true);
    if (!data.getValid(row) || (length >= 0 && length <= 12)) continue;
    const buffer = data.variadicBuffers[view.getInt32(16 * row + 8, true)];
    const offset = view.getInt32(16 * row + 12, true);
    if (length < 0 || buffer === undefined || offset < 0 || offset + length > buffer.length) return false;
  }
  return true;
}
