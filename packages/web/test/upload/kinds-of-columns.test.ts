import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { readArrow } from "../../src/upload/read-arrow.js";
import { readParquet } from "../../src/upload/read-parquet.js";

const files = ["kinds.arrows", "kinds.parquet", "kinds-plain.parquet"];

async function read(file: string, featureNames: readonly string[], idColumns: readonly string[]) {
  const bytes = readFileSync(new URL(`../tables/${file}`, import.meta.url));
  const shape = { featureNames, idColumns, extra: "ignore", size: 100 } as const;
  const reader = file.endsWith("parquet") ? readParquet : readArrow;
  for await (const { matrix, ids } of reader(Readable.from([bytes]), shape)) {
    return { numbers: Array.from(matrix.data), texts: ids.map((column) => [...column]) };
  }
  throw new Error("no rows");
}

/** By column: the texts of its first and its last row; the one between is missing. */
const texts = {
  int64: ["9223372036854775807", "-9007199254740993"],
  uint64: ["18446744073709551615", "9007199254740993"],
  uint32: ["4294967295", "1"],
  float32: ["0.1", "16777216"],
  float64: ["0.1", "1e+300"],
  "short decimal": ["0.3", "-12.0"],
  decimal: ["0.30", "-1234567890123.45"],
  "long decimal": ["12345678901234567890.1234", "-0.0001"],
  "longest decimal": [`${"9".repeat(70)}.5`, "-0.5"],
  date: ["2024-01-02", "1969-12-31"],
  date64: ["2024-01-02", "1969-12-31"],
  "time ms": ["03:04:05.120", "00:00:00"],
  "time us": ["03:04:05.000001", "00:00:00"],
  "time ns": ["03:04:05.000000001", "00:00:00"],
  "timestamp ms": ["2023-11-14T22:13:20.120Z", "1969-12-31T23:59:59.999Z"],
  "timestamp us": ["2023-11-14T22:13:20.123456Z", "1969-12-31T23:59:59.999999Z"],
  "timestamp ns": ["2023-11-14T22:13:20.123456789Z", "2023-11-14T22:13:20Z"],
  "timestamp word": ["2023-11-14T22:13:20.000001Z", "2023-11-14T22:13:20.000001Z"],
  "decimal word": ["0.30", "0.30"],
};

describe.each(files)("the columns of %s", (file) => {
  it.each(Object.entries(texts))("carry %s as it is", async (name, [first, last]) => {
    expect((await read(file, ["float64"], [name])).texts).toEqual([[first, "", last]]);
  });

  it.each([
    ["short decimal", 0.3, -12],
    ["decimal", 0.3, -1234567890123.45],
    ["decimal word", 0.3, 0.3],
    ["long decimal", Number("12345678901234567890.1234"), -0.0001],
    ["float32", Math.fround(0.1), 16777216],
    ["uint64", 2 ** 64, 2 ** 53],
  ])("give %s as the nearest number there is", async (name, first, last) => {
    expect((await read(file, [name], [name])).numbers).toEqual([first, Number.NaN, last]);
  });

  it.each([
    ["date", "dates"],
    ["date64", "dates"],
    ["time ms", "times of day"],
    ["time ns", "times of day"],
    ["timestamp us", "timestamps"],
    ["timestamp word", "timestamps"],
  ])("give no feature out of %s", async (name, what) => {
    await expect(read(file, [name], [])).rejects.toMatchObject({
      code: "bad-table",
      message: expect.stringMatching(`column "${name}": it holds ${what}, and a feature is a number`),
    });
  });

  it.each(["binary", "fixed binary", "list"])("neither carry nor explain %s", async (name) => {
    for (const [features, ids] of [
      [["float64"], [name]],
      [[name], []],
    ] as const) {
      await expect(read(file, features, ids)).rejects.toMatchObject({
        code: "bad-table",
        message: expect.stringMatching(`column "${name}": expected`),
      });
    }
  });
});

it("timestamps of older writers of Parquet are carried as they are", async () => {
  const names = ["timestamp ms", "timestamp ns"] as const;
  const { texts: found } = await read("kinds-int96.parquet", [], names);
  expect(found).toEqual(names.map((name) => [texts[name][0], "", texts[name][1]]));
  await expect(read("kinds-int96.parquet", [names[0]], [])).rejects.toThrow(/it holds timestamps/);
});
