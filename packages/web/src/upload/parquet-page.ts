import { convert, convertWithDictionary } from "hyparquet/src/convert.js";
import { decompressPage, readDataPage, readDataPageV2 } from "hyparquet/src/datapage.js";
import { readPlain } from "hyparquet/src/plain.js";
import type {
  ColumnDecoder,
  Compressors,
  DataPage,
  DecodedArray,
  Encoding,
  PageHeader,
} from "hyparquet/src/types.js";
import { unpackers } from "./unpack-block.js";

/** Pages of real files have some 1 MB; this is what one may have, packed and unpacked. */
export const MAX_PAGE_BYTES = 32 * 2 ** 20;
/** Writers end pages at some 20,000 rows, older ones at 1 MB of them. */
const MAX_PAGE_ROWS = 2 ** 20;
/** Values of a dictionary, and texts that stand in a page as they are: each is an object of a hundred bytes at first. */
const MAX_TEXTS = 2 ** 19;

/** The values of a dictionary page, for the data pages that follow it. */
export function readDictionary(bytes: Uint8Array, header: PageHeader, column: ColumnDecoder): DecodedArray {
  const count = header.dictionary_page_header?.num_values ?? 0;
  refuseAbove("values of a dictionary", count, MAX_TEXTS);
  const page = unpack(bytes, header.uncompressed_page_size, column);
  const values = readPlain(readerOf(page), column.type, count, column.element.type_length);
  return convert(values, column);
}

/**
 * The values of a data page of a flat column, one a row, null where there is none. hyparquet believes what a page says of
 * itself: how many values it has, how far it unpacks, how long its runs are. All of that is held against the page's size
 * and row count first, so that a small file cannot make it fill the memory.
 * @throws Error that says what is wrong with the page
 */
export function readValues(
  bytes: Uint8Array,
  header: PageHeader,
  column: ColumnDecoder,
  dictionary: DecodedArray | undefined,
): ArrayLike<unknown> {
  const page = header.data_page_header ?? header.data_page_header_v2;
  if (page === undefined) throw new Error(`a page of type ${header.type} is not read`);
  const { num_values: rows, encoding } = page;
  const isIndex = /_DICTIONARY$/.test(encoding);
  refuseAbove("rows of a page", rows, MAX_PAGE_ROWS);
  if (!isIndex && /BYTE_ARRAY/.test(column.type)) refuseAbove("texts of a page", rows, MAX_TEXTS);
  if (encoding === "DELTA_BYTE_ARRAY") {
    // Every value may repeat all of the one before it: nothing bounds what such a page unpacks to.
    throw new Error("the encoding DELTA_BYTE_ARRAY is not read here");
  }
  if (isIndex && dictionary === undefined) throw new Error("a page needs a dictionary that is not there");
  const nullable = column.element.repetition_type !== "REQUIRED";
  const { definitionLevels, dataPage } =
    header.data_page_header === undefined
      ? readSecondVersion(bytes, header, column, nullable)
      : readFirstVersion(bytes, header, column, nullable);
  const values = convertWithDictionary(dataPage, dictionary, encoding, column);
  const all = definitionLevels?.length ? withNulls(values, definitionLevels) : values;
  if (all.length !== rows) throw new Error(`a page has ${all.length} values for ${rows} rows`);
  if (isIndex && Array.prototype.includes.call(all, undefined)) {
    throw new Error("a page points beyond its dictionary");
  }
  return all;
}

/** Levels and values are packed together. */
function readFirstVersion(
  bytes: Uint8Array,
  header: PageHeader,
  column: ColumnDecoder,
  nullable: boolean,
): DataPage {
  const data = header.data_page_header!;
  const page = unpack(bytes, header.uncompressed_page_size, column);
  let at = 0;
  if (nullable) at = checkRuns(page, 4, uint32(page, 0), 1, data.num_values);
  checkValues(page, at, data.encoding, column, data.num_values);
  return readDataPage(page, data, column);
}

/** Levels come first, as they are. */
function readSecondVersion(
  bytes: Uint8Array,
  header: PageHeader,
  column: ColumnDecoder,
  nullable: boolean,
): DataPage {
  const data = header.data_page_header_v2!;
  const levelBytes = data.definition_levels_byte_length;
  if (data.repetition_levels_byte_length !== 0) throw new Error("a flat column has no repetition levels");
  if (nullable) checkRuns(bytes, 0, levelBytes, 1, data.num_values);
  const packed = bytes.subarray(levelBytes);
  const size = header.uncompressed_page_size - levelBytes;
  const page = data.is_compressed === false ? packed : unpack(packed, size, column);
  checkValues(page, 0, data.encoding, column, data.num_values - data.num_nulls);
  const whole = new Uint8Array(levelBytes + page.length);
  whole.set(bytes.subarray(0, levelBytes));
  whole.set(page, levelBytes);
  return readDataPageV2(whole, { ...header, data_page_header_v2: { ...data, is_compressed: false } }, column);
}

function checkValues(
  page: Uint8Array,
  at: number,
  encoding: Encoding,
  column: ColumnDecoder,
  values: number,
): void {
  if (column.type === "BOOLEAN" && encoding === "RLE") {
    checkRuns(page, at + 4, uint32(page, at), 1, values);
  } else if (/_DICTIONARY$/.test(encoding) && at < page.length) {
    const width = page[at]!;
    refuseAbove("bits of an index", width, 32);
    if (width > 0) checkRuns(page, at + 1, page.length - at - 1, width, values);
  }
}

/**
 * Walks runs of Parquet's RLE / bit-packing hybrid without unpacking them. They may end early where they are the last in
 * their page, whose end stops the reader then: how many values are null is not known yet.
 * @returns where they end
 * @throws Error where they lie outside of the page, or hold more values than it has rows
 */
function checkRuns(page: Uint8Array, start: number, length: number, width: number, values: number): number {
  const end = start + length;
  if (start > page.length || end > page.length) throw new Error("runs lie outside of their page");
  let at = start;
  let seen = 0;
  while (seen < values) {
    if (at >= end && end === page.length) return end;
    let header = 0;
    let shift = 0;
    let byte: number;
    do {
      if (at >= end || shift > 28) throw new Error("runs end before their values do");
      byte = page[at++]!;
      header += (byte & 0x7f) * 2 ** shift;
      shift += 7;
    } while (byte >= 0x80);
    const count = Math.floor(header / 2);
    if (header % 2 === 1) {
      // Groups of eight; the last may be padded, and its padding left out.
      seen += count * 8;
      at += count * width;
      if (seen - values >= 8) throw new Error("a run holds more values than its page");
    } else {
      seen += count;
      at += Math.ceil(width / 8);
      if (count === 0 || seen > values) throw new Error("a run holds more values than its page");
    }
  }
  return end;
}

/** Snappy is hyparquet's own. */
const compressors: Compressors = {
  GZIP: unpackers.gzip,
  BROTLI: unpackers.brotli,
  ZSTD: unpackers.zstd,
  LZ4_RAW: unpackers.lz4Block,
};

function unpack(bytes: Uint8Array, size: number, { codec }: ColumnDecoder): Uint8Array {
  refuseAbove("bytes of a page", size, MAX_PAGE_BYTES);
  return decompressPage(bytes, size, codec, compressors);
}

function withNulls(values: ArrayLike<unknown>, levels: ArrayLike<number>): unknown[] {
  let next = 0;
  return Array.from(levels, (level) => (level === 1 ? values[next++] : null));
}

function refuseAbove(what: string, found: number, most: number): void {
  if (!(found >= 0 && found <= most)) throw new Error(`${found} ${what}; at most ${most} are read`);
}

const readerOf = (bytes: Uint8Array) => ({
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  offset: 0,
});

const uint32 = (bytes: Uint8Array, at: number): number => readerOf(bytes).view.getUint32(at, true);
