import { Readable } from "node:stream";
import { CsvError } from "csv-parse";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { recordsOf } from "../../src/upload/csv-records.js";

async function cut(text: string | Buffer, sizes: readonly number[] = [1000]): Promise<string[][]> {
  const bytes = Buffer.from(text as string);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += parts.at(-1)!.length) {
    parts.push(bytes.subarray(at, at + sizes[parts.length % sizes.length]!));
  }
  const records: string[][] = [];
  for await (const some of recordsOf(Readable.from(parts))) records.push(...some);
  return records;
}

/** What the library makes of the whole. */
const expected = (text: string): string[][] =>
  parse(text, {
    bom: true,
    record_delimiter: ["\r\n", "\n", "\r"],
    skip_empty_lines: true,
    relax_column_count: true,
  });

const plainCell = fc.stringMatching(/^[a-zé😀0-9. -]{0,6}$/u);
const quotedCell = fc.stringMatching(/^[a-z",\n\r é]{0,6}$/).map((text) => `"${text.replaceAll('"', '""')}"`);
const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 });

/** A table whose quotes, if any, begin behind some rows without. */
const table = (later: fc.Arbitrary<string>) =>
  fc
    .tuple(
      fc.constantFrom("", "\uFEFF"),
      fc.array(fc.tuple(fc.array(plainCell, { minLength: 1, maxLength: 4 }), lineEnd), { maxLength: 12 }),
      fc.array(fc.tuple(fc.array(later, { minLength: 1, maxLength: 4 }), lineEnd), { maxLength: 6 }),
      fc.constantFrom("", "1,2"),
    )
    .map(
      ([bom, first, rest, last]) =>
        bom + [...first, ...rest].map(([cells, end]) => cells.join(",") + end).join("") + last,
    );

describe("the records of a CSV table", () => {
  it("are those of the library, whether it has quotes or not, wherever the network cuts it", async () => {
    await fc.assert(
      fc.asyncProperty(table(fc.oneof(plainCell, quotedCell)), sizes, async (text, parts) => {
        expect(await cut(text, parts)).toEqual(expected(text));
      }),
      { numRuns: 500 },
    );
  });

  it("come with each part, not only at the end", async () => {
    const parts = [Buffer.from("a,b\n1,2\n3"), Buffer.from(',4\n"5",6\n')];
    const seen: string[][][] = [];
    for await (const records of recordsOf(Readable.from(parts))) seen.push(records);
    expect(seen[0]).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
    expect(seen[1]![0]).toEqual(["3", "4"]);
    expect(seen.flat().at(-1)).toEqual(["5", "6"]);
  });

  it.each([
    ["without a quote", "x".repeat(2_000_000)],
    ["behind good ones", `a,b\n1,2\n${"x".repeat(2_000_000)}`],
    ["with an end", `a,b\n${"x".repeat(2_000_000)}\n1,2\n`],
    ["in a quote that is never closed", `a,b\n"${"x\n".repeat(1_000_000)}`],
  ])("do not fill the memory: one without an end %s is refused", async (_what, text) => {
    await expect(cut(text, [65_536])).rejects.toThrow(CsvError);
  });
});
