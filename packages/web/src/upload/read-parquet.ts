import type { Readable } from "node:stream";
import { parquetMetadataAsync, parquetSchema } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import type { ColumnDecoder, DecodedArray, FileMetaData, RowGroup, SchemaTree } from "hyparquet/src/types.js";
import { ProblemError } from "../http/problem.js";
import { type ColumnWish, planColumns } from "./column-plan.js";
import { onDisk, type PiecesOfFile } from "./on-disk.js";
import { type CellConverter, cellConverter, rawColumn } from "./parquet-cells.js";
import { MAX_PAGE_BYTES, readDictionary, readValues } from "./parquet-page.js";
import { BatchBuilder, type BatchShape, type RowBatch } from "./row-batch.js";
import { mayUnpackTo } from "./unpack.js";

/** The table of contents is parsed as a whole, into objects that take many times its bytes. */
const MAX_FOOTER_BYTES = 4 * 2 ** 20;
/** What the decoded pages of all columns may take at once, one page a column. */
const MAX_HELD_BYTES = 128 * 2 ** 20;
/** Headers of pages are short, except where they tell long least and greatest values. */
const HEADER_BYTES = [4096, 2 ** 20];

/** Parquet, page by page: one decoded page a column is in memory, however large the row groups are. */
export function readParquet(source: Readable, shape: BatchShape & ColumnWish): AsyncGenerator<RowBatch> {
  return onDisk(source, async function* (file) {
    yield* batchesOf(await ParquetFile.open(file), shape);
  });
}

async function* batchesOf(file: ParquetFile, shape: BatchShape & ColumnWish): AsyncGenerator<RowBatch> {
  const { featureOf, idAt } = planColumns(file.names, shape);
  file.refuseBomb(shape.featureNames.length + shape.idColumns.length);
  const builder = new BatchBuilder(shape);
  const idOf = new Map(Array.from(idAt, (c, id) => [c, id]));
  const wanted = file.names.flatMap((name, c) => {
    const feature = featureOf[c]!;
    const id = idOf.get(c) ?? -1;
    if (feature < 0 && id < 0) return [];
    const asNumber = feature < 0 ? undefined : file.converter(name, "number");
    const asText = id < 0 ? undefined : file.converter(name, "text");
    return [{ name, feature, id, asNumber, asText }];
  });
  for (const group of file.groups) {
    const columns = await sound(() =>
      wanted.map((what) => ({ ...what, pages: file.column(group, what.name) })),
    );
    for (let r = Number(group.num_rows); r > 0; r--) {
      for (const { pages, feature, id, asNumber, asText } of columns) {
        if (pages.at === pages.values.length) {
          await sound(() => pages.next());
          refuseAboveHeld(columns.map((column) => column.pages.heldBytes));
        }
        const value = pages.values[pages.at++];
        if (asNumber !== undefined) builder.setValue(feature, asNumber(value));
        if (asText !== undefined) builder.setId(id, asText(value));
      }
      const full = builder.endRow();
      if (full !== undefined) yield full;
    }
  }
  const rest = builder.rest();
  if (rest !== undefined) yield rest;
}

function refuseAboveHeld(bytes: readonly number[]): void {
  const held = bytes.reduce((sum, more) => sum + more, 0);
  if (held <= MAX_HELD_BYTES) return;
  throw new ProblemError(
    "bad-table",
    `One page of each column takes ${held} bytes, at most ${MAX_HELD_BYTES} are held: write smaller pages`,
  );
}

class ParquetFile {
  private readonly nodeOf: ReadonlyMap<string, SchemaTree>;

  private constructor(
    private readonly file: PiecesOfFile,
    private readonly bytes: number,
    private readonly metadata: FileMetaData,
    private readonly schema: SchemaTree,
    readonly names: readonly string[],
  ) {
    this.nodeOf = new Map(schema.children.map((child) => [child.element.name, child]));
  }

  static open(file: PiecesOfFile): Promise<ParquetFile> {
    return sound(async () => {
      const { size } = file;
      const footer = await file.bytesAt(Math.max(0, size - 8), 8);
      const footerBytes = new DataView(footer.buffer).getUint32(0, true);
      if (footerBytes > Math.min(size, MAX_FOOTER_BYTES)) {
        throw new Error(
          `its table of contents has ${footerBytes} bytes, at most ${MAX_FOOTER_BYTES} are read`,
        );
      }
      const slice = async (start: number, end = size) => (await file.bytesAt(start, end - start)).buffer;
      const metadata = await parquetMetadataAsync({ byteLength: size, slice }, { geoparquet: false });
      if (!metadata.row_groups.every((group) => group.num_rows >= 0))
        throw new Error("a row group has no rows");
      const schema = parquetSchema(metadata);
      const names = schema.children.map((child) => child.element.name);
      if (!names.every((name) => typeof name === "string")) throw new Error("a column has no name");
      return new ParquetFile(file, size, metadata, schema, names);
    });
  }

  get groups(): readonly RowGroup[] {
    return this.metadata.row_groups;
  }

  /** A few bytes can stand for any number of equal rows: the same bound as for gzip. @throws ProblemError 413 */
  refuseBomb(columns: number): void {
    const rows = this.groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
    if (rows * columns * Float64Array.BYTES_PER_ELEMENT <= mayUnpackTo(this.bytes)) return;
    throw new ProblemError("body-too-large", `${this.bytes} bytes of Parquet say they are ${rows} rows`);
  }

  /** Of the cells of a column. @throws ProblemError, as does what it gives, that names the column */
  converter(name: string, use: "number" | "text"): CellConverter {
    const told = <T>(convert: () => T): T => {
      try {
        return convert();
      } catch (error) {
        throw new ProblemError("bad-table", `column ${JSON.stringify(name)}: ${(error as Error).message}`);
      }
    };
    const convert = told(() => cellConverter(this.nodeOf.get(name)!.element, use));
    return (value) => told(() => convert(value));
  }

  /** @throws ProblemError where the column holds lists or records, or the row group lacks it */
  column(group: RowGroup, name: string): ColumnPages {
    const node = this.nodeOf.get(name)!;
    const { type, repetition_type } = node.element;
    const chunk = group.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === name);
    if (type === undefined || repetition_type === "REPEATED" || chunk?.meta_data === undefined) {
      throw new ProblemError("bad-table", `column ${JSON.stringify(name)}: expected one value a row`);
    }
    const { codec, data_page_offset, dictionary_page_offset, total_compressed_size } = chunk.meta_data;
    const start = Number(dictionary_page_offset || data_page_offset);
    const end = Math.min(this.bytes, start + Number(total_compressed_size));
    return new ColumnPages(this.file, start, end, {
      pathInSchema: [name],
      ...rawColumn(node.element),
      schemaPath: [this.schema, node],
      type,
      codec,
    });
  }
}

/** A column of a row group, read page by page. */
class ColumnPages {
  values: ArrayLike<unknown> = [];
  /** The next value. */
  at = 0;
  /** What the present page and the dictionary take. */
  heldBytes = 0;
  private dictionary: DecodedArray | undefined;
  private dictionaryBytes = 0;

  constructor(
    private readonly file: PiecesOfFile,
    private offset: number,
    private readonly end: number,
    private readonly decoder: ColumnDecoder,
  ) {}

  async next(): Promise<void> {
    do {
      const { header, length } = await this.readHeader();
      const size = header.compressed_page_size;
      if (size > MAX_PAGE_BYTES)
        throw new Error(`a page has ${size} bytes, at most ${MAX_PAGE_BYTES} are read`);
      const bytes = await this.file.bytesAt(this.offset + length, size);
      this.offset += length + size;
      if (header.type === "DICTIONARY_PAGE") {
        this.dictionary = readDictionary(bytes, header, this.decoder);
        this.dictionaryBytes = header.uncompressed_page_size + 8 * this.dictionary.length;
      } else {
        this.values = readValues(bytes, header, this.decoder, this.dictionary);
        this.at = 0;
        this.heldBytes = this.dictionaryBytes + header.uncompressed_page_size + 8 * this.values.length;
      }
    } while (this.at === this.values.length);
  }

  private async readHeader() {
    for (const most of HEADER_BYTES) {
      const window = Math.min(most, this.end - this.offset);
      if (!(window > 0)) break;
      const reader = {
        view: new DataView((await this.file.bytesAt(this.offset, window)).buffer),
        offset: 0,
      };
      try {
        return { header: parquetHeader(reader), length: reader.offset };
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
    throw new Error(`column ${JSON.stringify(this.decoder.pathInSchema[0])} ends before its rows do`);
  }
}

async function sound<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new ProblemError("bad-table", `The body is no sound Parquet file: ${(error as Error).message}`);
  }
}
