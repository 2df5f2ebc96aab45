import { Readable } from "node:stream";
import fc from "fast-check";
import type { ColumnDecoder, PageHeader } from "hyparquet/src/types.js";
import { parquetWriteBuffer } from "hyparquet-writer";
import { ProblemError } from "../src/http/problem.js";
import { readDictionary, readValues } from "../src/upload/parquet-page.js";
import { readParquet } from "../src/upload/read-parquet.js";

const column = (over: Partial<ColumnDecoder> = {}, element: object = {}): ColumnDecoder => {
  const own = { name: "a", type: "DOUBLE", repetition_type: "REQUIRED", ...element };
  return {
    pathInSchema: ["a"],
    element: own,
    schemaPath: [{ element: { name: "root" } }, { element: own }],
    type: own.type,
    codec: "UNCOMPRESSED",
    parsers: {},
    ...over,
  } as unknown as ColumnDecoder;
};

const dataPage = (bytes: Uint8Array, num_values: number, encoding: string, size = bytes.length): PageHeader =>
  ({
    type: "DATA_PAGE",
    uncompressed_page_size: size,
    compressed_page_size: bytes.length,
    data_page_header: { num_values, encoding },
  }) as unknown as PageHeader;

/** A variable-length integer, as runs begin with. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}
/** A length of four bytes and what has it. */
const prefixed = (bytes: number[]): number[] => [bytes.length, 0, 0, 0, ...bytes];
const dictionary = Float64Array.of(7, 8);

describe("a page of Parquet", () => {
  it("gives its values, with null where there is none", () => {
    // Levels 1 0 1 1 as one packed group, then indices 0 1 1 as a run of one and a run of two, one bit wide.
    const bytes = Uint8Array.from([...prefixed([3, 0b1101]), 1, 2, 0, 4, 1]);
    const nullable = column({}, { repetition_type: "OPTIONAL" });
    expect(Array.from(readValues(bytes, dataPage(bytes, 4, "RLE_DICTIONARY"), nullable, dictionary))).toEqual(
      [7, null, 8, 8],
    );
  });

  it.each([
    ["more rows than a page may have", [0], 2 ** 31 - 1, "PLAIN", {}, /2147483647 rows of a page/],
    ["a run that is longer than it", [1, ...varint(2 ** 30), 1], 4, "RLE_DICTIONARY", {}, /run holds more/],
    [
      "packed groups that are longer than it",
      [1, ...varint(2 ** 27 + 1), 1],
      4,
      "RLE_DICTIONARY",
      {},
      /more/,
    ],
    [
      "levels that are longer than it",
      [...prefixed([...varint(2 ** 30), 1]), 1],
      4,
      "PLAIN",
      { repetition_type: "OPTIONAL" },
      /run holds more/,
    ],
    [
      "levels that go on behind their end",
      [...prefixed([2, 1]), ...varint(2 ** 30), 1],
      4,
      "PLAIN",
      { repetition_type: "OPTIONAL" },
      /runs end before/,
    ],
    [
      "levels that lie outside of it",
      [255, 255, 255, 127],
      4,
      "PLAIN",
      { repetition_type: "OPTIONAL" },
      /outside/,
    ],
    [
      "truths in a run longer than it",
      prefixed([...varint(2 ** 30), 1]),
      4,
      "RLE",
      { type: "BOOLEAN" },
      /more/,
    ],
    ["indices beyond the dictionary", [2, 8, 3], 4, "RLE_DICTIONARY", {}, /beyond its dictionary/],
    [
      "an encoding that nothing bounds",
      [0],
      1,
      "DELTA_BYTE_ARRAY",
      { type: "BYTE_ARRAY" },
      /DELTA_BYTE_ARRAY/,
    ],
    ["more texts than it may have", [0], 2 ** 19 + 1, "PLAIN", { type: "BYTE_ARRAY" }, /texts of a page/],
    ["fewer values than rows", [0, 0, 0, 0], 4, "PLAIN", {}, /.+/],
  ] as [string, number[], number, string, object, RegExp][])(
    "is refused where it claims %s",
    (_what, given, rows, encoding, element, message) => {
      const bytes = Uint8Array.from(given);
      const { type = "DOUBLE" } = element as { type?: ColumnDecoder["type"] };
      const read = () =>
        readValues(bytes, dataPage(bytes, rows, encoding), column({ type }, element), dictionary);
      expect(read).toThrow(message);
    },
  );

  it("is refused where it claims to unpack to gigabytes, or needs a dictionary that is not there", () => {
    const bytes = Uint8Array.of(255, 255, 255, 255, 7);
    const huge = dataPage(bytes, 4, "PLAIN", 2 ** 31 - 1);
    expect(() => readValues(bytes, huge, column({ codec: "SNAPPY" }), undefined)).toThrow(/bytes of a page/);
    const indices = Uint8Array.of(1, 8, 1);
    expect(() => readValues(indices, dataPage(indices, 4, "RLE_DICTIONARY"), column(), undefined)).toThrow(
      /not there/,
    );
  });

  it("is refused as a dictionary that claims more values than one may have", () => {
    const header = {
      ...dataPage(Uint8Array.of(0), 0, "PLAIN"),
      dictionary_page_header: { num_values: 2 ** 31 - 1 },
    };
    expect(() => readDictionary(Uint8Array.of(0), header as PageHeader, column())).toThrow(/of a dictionary/);
  });
});

describe("a Parquet file", () => {
  const names = ["a", "b", "__proto__"];
  const rows = 1000;
  const file = new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: "a", data: Array.from({ length: rows }, (_, i) => i / 3), type: "DOUBLE" },
        {
          name: "b",
          data: Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? null : i % 5)),
          type: "INT32",
        },
        { name: "__proto__", data: Array.from({ length: rows }, () => 1), type: "DOUBLE" },
        { name: "who", data: Array.from({ length: rows }, (_, i) => `row ${i % 10}`), type: "STRING" },
      ],
      rowGroupSize: [300, 700],
    }),
  );
  const shape = { featureNames: names, idColumns: ["who"], extra: "refuse", size: 128 } as const;
  async function read(bytes: Uint8Array): Promise<number> {
    let count = 0;
    for await (const { matrix } of readParquet(Readable.from([bytes]), shape)) count += matrix.rows;
    return count;
  }

  it("gives its rows in order, over pages and row groups", async () => {
    let at = 0;
    for await (const { matrix, ids } of readParquet(Readable.from([file]), shape)) {
      for (let r = 0; r < matrix.rows; r++, at++) {
        const expected = [at / 3, at % 7 === 0 ? Number.NaN : at % 5, 1];
        expect(Array.from(matrix.data.subarray(r * 3, r * 3 + 3))).toEqual(expected);
        expect(ids[0]![r]).toBe(`row ${at % 10}`);
      }
    }
    expect(at).toBe(rows);
  });

  it("with any of its bytes changed gives rows or a problem, and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (changes, nearTheEnd) => {
          const bytes = Uint8Array.from(file);
          const from = nearTheEnd ? Math.max(0, file.length - 600) : 0;
          for (const [at, byte] of changes) bytes[from + (at % (file.length - from))] = byte;
          const outcome = await read(bytes).catch((error: unknown) => error);
          if (typeof outcome !== "number") expect(outcome).toBeInstanceOf(ProblemError);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("that claims rows beyond all measure is refused before they are read", async () => {
    const some = 1_100_000;
    const column = { name: "a", data: new Int32Array(some), type: "INT32" as const };
    const bytes = Buffer.from(parquetWriteBuffer({ columnData: [column], rowGroupSize: some }));
    // Row counts stand in the table of contents as zigzag integers, here of four bytes.
    const [real, claimed] = [some, 100_000_000].map((rows) => Buffer.from(varint(2 * rows)));
    expect(claimed!.length).toBe(real!.length);
    for (let at = bytes.indexOf(real!); at >= 0; at = bytes.indexOf(real!)) claimed!.copy(bytes, at);
    const reading = readParquet(Readable.from([bytes]), { ...shape, featureNames: ["a"], idColumns: [] });
    await expect(reading.next()).rejects.toMatchObject({ code: "body-too-large" });
  });
});
