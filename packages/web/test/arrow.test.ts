import { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import {
  Dictionary,
  Field,
  Float64,
  Int32,
  makeData,
  Null,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { FlatTable } from "../src/upload/arrow/flat-table.js";
import { readArrow } from "../src/upload/read-arrow.js";

/** 404 bytes of an Arrow stream, as the test of malformed requests found them: one byte of a length was changed. */
const claimsMillionsOfNodes =
  "H4sIAAAAAAACA3VPOw7CMAx9tFWpqgg6VKgDAzeAG8ABOAAbQ6kQDFQEDsfMzD1YuUF4diJ+FU96tvNivzjOOXcBUECQMw/QR8ZK0fN6QiULWSIQkctQ3+ghfRM/E48ZDFnbZrM7r091axsEXNkr0wVKnR3qy5lGYfXhkZK22U7bg0h78s7OVHW/AeDC/mXwNxixFtdEd5jhhbjQfXO+YeiT6B9lbiWX7z7d6x+qY8i/Orp6ZL99ge7Z4zEPxULCE2DkNxaUAQAA";

const shape = { featureNames: ["a"], idColumns: [], extra: "ignore", size: 1000 } as const;

async function rowsOf(parts: Iterable<Uint8Array>): Promise<number> {
  let rows = 0;
  for await (const { matrix } of readArrow(Readable.from(parts), shape)) rows += matrix.rows;
  return rows;
}

describe("an Arrow stream", () => {
  it("may have dictionaries, and a column of nothing", async () => {
    const table = new Table({
      a: vectorFromArray([1, 2, 3], new Float64()),
      word: vectorFromArray(["x", "y", "x"], new Dictionary(new Utf8(), new Int32())),
      nothing: vectorFromArray([null, null, null], new Null()),
    });
    expect(await rowsOf([tableToIPC(table, "stream")])).toBe(3);
    const nothing = new Table({ a: vectorFromArray([null, null, null], new Null()) });
    expect(await rowsOf([tableToIPC(nothing, "stream")])).toBe(3);
  });

  it("is refused where another one stands behind it: no row is passed over", async () => {
    const bytes = tableToIPC(new Table({ a: vectorFromArray([1, 2, 3], new Float64()) }), "stream");
    await expect(rowsOf([bytes, bytes])).rejects.toMatchObject({
      code: "bad-table",
      message: expect.stringMatching(/something stands behind the end/),
    });
  });

  it("is refused where other columns begin in the middle of it", async () => {
    const [first, second] = ["a", "b"].map((name) =>
      tableToIPC(new Table({ [name]: vectorFromArray([1, 2, 3], new Float64()) }), "stream"),
    );
    // The end is eight bytes.
    await expect(rowsOf([first!.subarray(0, -8), second!])).rejects.toMatchObject({
      code: "bad-table",
      message: expect.stringMatching(/a second schema/),
    });
  });

  it("is refused where it claims rows that nothing stands for", async () => {
    const length = 2 ** 30;
    const schema = new Schema([new Field("a", new Null(), true)]);
    const children = [makeData({ type: new Null(), length })];
    const data = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
    const bytes = tableToIPC(new Table(new RecordBatch(schema, data)), "stream");
    expect(bytes.length).toBeLessThan(1000);
    await expect(rowsOf([bytes])).rejects.toMatchObject({ code: "body-too-large" });
  });

  it("is refused where its metadata claim more than they hold, before anything is made of it", async () => {
    const before = process.memoryUsage.rss();
    await expect(rowsOf([gunzipSync(Buffer.from(claimsMillionsOfNodes, "base64"))])).rejects.toMatchObject({
      code: "bad-table",
      message: expect.stringMatching(/claims \d+ elements/),
    });
    expect(process.memoryUsage.rss() - before).toBeLessThan(100e6);
  });

  it("ends where its rows say that they are a schema", async () => {
    const bytes = tableToIPC(new Table({ a: vectorFromArray([1, 2, 3], new Float64()) }), "file");
    expect(await rowsOf([bytes])).toBe(3);
    const kinds = [...bytes.subarray(0, 160).keys()].filter((at) => bytes[at] === 3);
    for (const at of kinds) {
      const broken = Uint8Array.from(bytes);
      broken[at] = 1;
      // apache-arrow read such a message again and again, for ever.
      const rows = await rowsOf([broken]).catch((error) => error.code);
      expect(["bad-table", 3]).toContain(rows);
    }
  });

  it("is refused where its table of contents leads to the same rows again and again", async () => {
    const column = vectorFromArray(new Float64Array(10_000));
    const bytes = tableToIPC(
      new Table([new Table({ a: column }), new Table({ a: column })].flatMap((t) => t.batches)),
      "file",
    );
    const footerLength = Buffer.from(bytes).readInt32LE(bytes.length - 10);
    const footer = bytes.subarray(bytes.length - 10 - footerLength, bytes.length - 10);
    const { at, count } = FlatTable.in(footer).list(3, 24);
    expect([count, await rowsOf([bytes])]).toEqual([2, 20_000]);
    // One batch as large as all of the file.
    new DataView(footer.buffer, footer.byteOffset).setBigInt64(at + 16, BigInt(bytes.length), true);
    await expect(rowsOf([bytes])).rejects.toMatchObject({
      code: "bad-table",
      message: expect.stringMatching(/claims more than it holds/),
    });
  });

  it("is refused where a column ends before the rows of its batch", async () => {
    const bytes = tableToIPC(
      new Table({ a: vectorFromArray([1, 2, 3], new Float64()), b: vectorFromArray([1, 2, 3]) }),
      "stream",
    );
    const lengths = [...bytes.keys()].filter(
      (at) => at % 8 === 0 && Buffer.from(bytes).readInt32LE(at) === 3,
    );
    let refused = 0;
    for (const at of lengths) {
      const broken = Uint8Array.from(bytes);
      broken[at] = 2;
      await rowsOf([broken]).catch((error) => {
        expect(error).toMatchObject({
          code: "bad-table",
          message: expect.stringMatching(/has not the . rows of its batch/),
        });
        refused++;
      });
    }
    // Of the batch and of each column.
    expect(refused).toBe(3);
  });

  it("is refused where one of its batches goes on without an end", async () => {
    const whole = tableToIPC(new Table({ a: vectorFromArray(new Float64Array(20_000_000)) }), "stream");
    let taken = 0;
    function* parts() {
      for (let at = 0; at < whole.length; at += 65_536, taken = at) yield whole.subarray(at, at + 65_536);
    }
    await expect(rowsOf(parts())).rejects.toMatchObject({ code: "body-too-large" });
    expect(taken).toBeLessThan(100 * 2 ** 20);
  });
});
