import { type Data, DataType, type Decimal, type Dictionary, type Vector } from "apache-arrow";

/** Of a decimal of 256 bits. */
const MOST_DIGITS = 76;

/** Cells of a column as JSON would have them, dates as dates, missing ones as null. */
export type CellReader = (row: number) => unknown;

/**
 * Reads a column's cells. apache-arrow believes that a column's buffers hold what its metadata say,
 * and takes what is not there for zero, or for missing: here it is an error.
 * @param as decimals are numbers, or texts with all of their digits
 * @throws Error where the column has no one value a row, or its buffers end before its rows
 */
export function cellReader(column: Vector, rows: number, as: "number" | "text"): CellReader {
  const type: DataType = column.type;
  if (column.length !== rows || !column.data.every(holdsItsRows))
    throw new Error("its buffers end before its rows");
  if (DataType.isDecimal(type)) {
    if (Math.abs(type.scale) > MOST_DIGITS) throw new Error(`its decimals have ${type.scale} digits`);
    return (row) => {
      const words = column.get(row) as Uint32Array | null;
      if (words === null) return null;
      return as === "text" ? decimalText(words, type) : Number(decimalText(words, type));
    };
  }
  if (DataType.isDate(type) || DataType.isTimestamp(type)) {
    return (row) => {
      const milliseconds = column.get(row) as number | null;
      return milliseconds === null ? null : new Date(Number(milliseconds));
    };
  }
  if (DataType.isTime(type) || DataType.isDuration(type) || DataType.isInterval(type)) {
    return (row) => {
      const value: unknown = column.get(row);
      return value === null ? null : String(value);
    };
  }
  return (row) => column.get(row) as unknown;
}

function decimalText(words: Uint32Array, { scale }: Decimal): string {
  const bits = words.length * 32;
  const unsigned = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  const value = BigInt.asIntN(bits, unsigned);
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
  const sign = value < 0n ? "-" : "";
  if (scale <= 0) return sign + digits + "0".repeat(-scale);
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function holdsItsRows(data: Data): boolean {
  const { type, length, stride, nullCount } = data;
  if (nullCount > 0 && data.nullBitmap.length * 8 < length) return false;
  if (DataType.isNull(type)) return true;
  if (DataType.isBool(type)) return data.values.length * 8 >= length;
  if (DataType.isDictionary(type))
    return data.values.length >= length && pointsInto(data as Data<Dictionary>);
  if (DataType.isUtf8View(type)) return viewsHold(data);
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return offsetsHold(data);
  const isFlat =
    DataType.isInt(type) ||
    DataType.isFloat(type) ||
    DataType.isDecimal(type) ||
    DataType.isDate(type) ||
    DataType.isTimestamp(type) ||
    DataType.isTime(type) ||
    DataType.isDuration(type) ||
    DataType.isInterval(type);
  if (!isFlat) throw new Error(`expected one value a row, found ${type}`);
  return data.values.length >= length * stride;
}

/** Every index of a row that is there leads to a word, and the words are there. */
function pointsInto(data: Data<Dictionary>): boolean {
  const words = data.dictionary;
  if (words === undefined || !words.data.every(holdsItsRows)) return false;
  for (let row = 0; row < data.length; row++) {
    if (data.getValid(row) && !(Number(data.values[row]) >= 0 && Number(data.values[row]) < words.length))
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
