import { readdirSync, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import fc from "fast-check";
import { ProblemError } from "../../src/http/problem.js";
import { readArrow } from "../../src/upload/read-arrow.js";
import { readParquet } from "../../src/upload/read-parquet.js";

const folder = new URL("../tables/", import.meta.url);
const files = readdirSync(folder).filter((name) => !/^make|^bomb/.test(name));
const short = files.filter((name) => !/long|^kinds/.test(name));
const long = files.filter((name) => name.includes("long"));

async function rowsOf(
  name: string,
  bytes: Uint8Array,
  idColumns: readonly string[],
  featureNames: readonly string[] = ["a"],
): Promise<(number | string)[][]> {
  const read = name.endsWith("parquet") ? readParquet : readArrow;
  const shape = { featureNames, idColumns, extra: "ignore", size: 700 } as const;
  const rows: (number | string)[][] = [];
  // In parts as a network makes them.
  const parts = Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, i) =>
    bytes.subarray(i * 1000, (i + 1) * 1000),
  );
  for await (const { matrix, ids } of read(Readable.from(parts), shape)) {
    for (let r = 0; r < matrix.rows; r++)
      rows.push([...matrix.data.subarray(r, r + 1), ...ids.map((column) => column[r]!)]);
  }
  return rows;
}

const bytesOf = (name: string): Uint8Array => readFileSync(new URL(name, folder));

const texts = ["int", "bool", "text", "large", "decimal", "time", "day", "category"];
const expected = [
  [1.5, "1", "true", "x", "x", "1.25", "2024-01-02T03:04:05Z", "2024-01-02", "u"],
  [Number.NaN, "2", "false", "a text of more than twelve letters", "yy", "", "", "", "v"],
  [3, "", "", "", "z", "-3.10", "2024-01-02T00:00:00Z", "2020-02-29", "u"],
];
/** What is read of a file whose bytes are changed: what is carried, and the features. */
function columnsOf(name: string): [idColumns: readonly string[], featureNames: readonly string[]] {
  if (name === "kinds-int96.parquet") return [["timestamp ms", "timestamp ns"], []];
  if (name.startsWith("kinds"))
    return [
      ["decimal word", "timestamp word", "time us"],
      ["long decimal", "decimal"],
    ];
  return [name.includes("long") ? ["text"] : texts, ["a"]];
}

describe("a table as Python's libraries write it", () => {
  it.each(short)("is read as it was written: %s", async (name) => {
    const rows = await rowsOf(name, bytesOf(name), texts);
    expect(rows.slice(0, 3)).toEqual(expected);
    // pyarrow's own streams and files hold it twice.
    expect(rows.slice(3)).toEqual(/pyarrow.*arrow/.test(name) ? expected : []);
  });

  it.each(long)("is read batch by batch where it is long and packed: %s", async (name) => {
    const rows = await rowsOf(name, bytesOf(name), ["text"]);
    expect(rows).toEqual(Array.from({ length: 5000 }, (_, i) => [(i % 7) / 8, `row ${i}`]));
  });

  it("has decimals as numbers where the model takes them, and no dates", async () => {
    for (const name of ["pyarrow-plain.arrow", "pyarrow-snappy.parquet"]) {
      const rows = await rowsOf(name, bytesOf(name), [], ["decimal"]);
      expect(rows.slice(0, 3)).toEqual([[1.25], [Number.NaN], [-3.1]]);
      await expect(rowsOf(name, bytesOf(name), [], ["day"])).rejects.toThrow(/column "day": it holds dates/);
    }
  });

  it("is refused where few bytes stand for many rows", async () => {
    const bytes = bytesOf("bomb.arrows");
    expect(bytes.length).toBeLessThan(20_000);
    const columns = Array.from({ length: 5 }, () => "a");
    await expect(rowsOf("bomb.arrows", bytes, columns)).rejects.toMatchObject({
      code: "body-too-large",
      message: expect.stringMatching(/say they are 8000000 rows/),
    });
  });

  // Each file with its own share, so that no kind of packing is left out.
  it.each(files)(
    "gives rows or a problem, and nothing else, where its bytes are changed: %s",
    async (name) => {
      const sound = bytesOf(name);
      const changes = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), {
        minLength: 1,
        maxLength: 3,
      });
      await fc.assert(
        fc.asyncProperty(changes, fc.option(fc.nat(sound.length)), async (places, length) => {
          const bytes = Uint8Array.from(sound);
          for (const [at, value] of places) bytes[at] = value;
          try {
            await rowsOf(name, bytes.subarray(0, length ?? bytes.length), ...columnsOf(name));
          } catch (error) {
            expect(error).toBeInstanceOf(ProblemError);
          }
        }),
        { numRuns: 50, seed: 1 },
      );
    },
  );
});
