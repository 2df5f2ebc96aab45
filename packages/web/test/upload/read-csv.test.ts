import { Readable } from "node:stream";
import { readCsv } from "../../src/upload/read-csv.js";

const shape = { featureNames: ["a", "b"], idColumns: [], extra: "ignore", size: 2 } as const;

async function rowsOf(text: string, over: object = {}): Promise<(number | string)[][]> {
  const rows: (number | string)[][] = [];
  for await (const { matrix, ids } of readCsv(Readable.from([Buffer.from(text)]), { ...shape, ...over })) {
    for (let r = 0; r < matrix.rows; r++) {
      const numbers = matrix.data.subarray(r * matrix.columns, (r + 1) * matrix.columns);
      rows.push([...numbers, ...ids.map((column) => column[r]!)]);
    }
  }
  return rows;
}

describe("a CSV file", () => {
  const lineEnds = ["\n", "\r\n", "\r"];
  it.each(lineEnds.flatMap((head) => lineEnds.map((rows) => [head, rows])))(
    "may have a header that ends in %j and rows that end in %j",
    async (head, end) => {
      const text = ["a,b,who", "1,2,x", `3,4,"y${end}z"`, "5,6,"].join(end).replace(end!, head!);
      expect(await rowsOf(text, { idColumns: ["who"] })).toEqual([
        [1, 2, "x"],
        [3, 4, `y${end}z`],
        [5, 6, ""],
      ]);
    },
  );

  it.each([
    [
      "a cell before a wrong quote",
      'a,b\nabc,1\n1,2\n1,2\n1"x,2\n',
      'row 1, column "a": expected a number, got "abc"',
    ],
    ["a short row before a wrong quote", 'a,b\n1\n1,2\n1"x,2\n', "row 1 has 1 cells, the header has 2"],
    ["a wrong quote before a bad cell", 'a,b\n1,2\n1"x,2\nabc,1\n', /^row 2: Invalid Opening Quote/],
    ["what stands behind a closing quote", 'a,b\n1,2\n"1"x,2\nabc,1\n', /^row 2: Invalid Closing Quote/],
    ["a quote that is not closed", 'a,b\n1,2\n"1,2\n', /^row 2: Quote Not Closed/],
    ["a cell before a quote that is not closed", 'a,b\nabc,2\n"1,2\n', /^row 1, column "a"/],
    ["a row that is too long", `a,b\n1,2\n${"1".repeat(1_100_000)},2\n1,2\n`, /^row 2: Max Record Size/],
    ["a header with a wrong quote", 'a"x,b\n1,2\n', /^the header: Invalid Opening Quote/],
  ])("is refused for the first of its faults: %s", async (_what, text, message) => {
    await expect(rowsOf(text)).rejects.toMatchObject({
      code: "bad-row",
      message: typeof message === "string" ? message : expect.stringMatching(message),
    });
  });

  it("carries no letters that are lost, and passes over them elsewhere", async () => {
    const bytes = Buffer.from("a,b,who\n1,2,Müller\n", "latin1");
    const read = async (idColumns: readonly string[]) => {
      for await (const { matrix } of readCsv(Readable.from([bytes]), { ...shape, idColumns }))
        return matrix.rows;
    };
    await expect(read(["who"])).rejects.toThrow(
      /^row 1, column "who": "M\uFFFDller" has letters that are no UTF-8/,
    );
    expect(await read([])).toBe(1);
    expect(await rowsOf("a,b,who\n1,2,Müller 😀\n", { idColumns: ["who"] })).toEqual([[1, 2, "Müller 😀"]]);
  });

  it("is refused where it is too long, and not when all of it was read", async () => {
    let sent = 0;
    function* endless() {
      yield Buffer.from("a,b\n1,2\n");
      for (; sent < 1000; sent++) yield Buffer.alloc(100_000, "1");
    }
    const reading = readCsv(Readable.from(endless(), { objectMode: false }), shape);
    await expect(reading.next()).rejects.toThrow(/^row 2: Max Record Size/);
    expect(sent).toBeLessThan(50);
  });
});
