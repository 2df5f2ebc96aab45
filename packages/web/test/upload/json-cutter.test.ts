import fc from "fast-check";
import type { ProblemError } from "../../src/http/problem.js";
import { JsonCutter } from "../../src/upload/json-cutter.js";
import { MAX_ROW_BYTES } from "../../src/upload/partial-text.js";

/** The texts of the rows, whatever parts the bytes arrive in. */
function cut(text: string | Uint8Array, sizes: readonly number[] = [Number.POSITIVE_INFINITY]): string[] {
  const bytes = Buffer.from(text as string);
  const cutter = new JsonCutter();
  const rows: string[] = [];
  for (let at = 0, part = 0; at < bytes.length; part++) {
    const end = at + sizes[part % sizes.length]!;
    rows.push(...cutter.cut(bytes.subarray(at, end)));
    at = end;
  }
  cutter.end();
  return rows;
}

function refusal(text: string, sizes?: readonly number[]): ProblemError {
  try {
    cut(text, sizes);
  } catch (error) {
    return error as ProblemError;
  }
  throw new Error(`${text} was taken`);
}

const anyRows = fc.array(fc.jsonValue(), { maxLength: 8 });
const anySizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });
const blanks = fc.constantFrom("", " ", "\n", "\r\n\t ");

describe("a JSON table", () => {
  it("is cut into its rows, whatever they hold and wherever the network cuts it", () => {
    fc.assert(
      fc.property(
        anyRows,
        anySizes,
        fc.constantFrom(undefined, 2),
        blanks,
        fc.boolean(),
        (rows, sizes, indent, blank, inObject) => {
          const list = JSON.stringify(rows, undefined, indent);
          const text = inObject ? `${blank}{${blank}"rows"${blank}:${blank}${list}${blank}}${blank}` : list;
          expect(cut(text, sizes).map((row) => JSON.parse(row))).toEqual(JSON.parse(list));
        },
      ),
    );
  });

  it("gives rows, or the fault of a client, where any of its bytes is changed", () => {
    const sound = Buffer.from('{"rows": [[1, "a\\"]", {"b": null}], {"c": [2]}]}');
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.nat(255), anySizes, (at, byte, sizes) => {
        const bytes = Buffer.from(sound);
        bytes[at] = byte;
        try {
          cut(bytes, sizes);
        } catch (error) {
          expect((error as ProblemError).status).toBe(400);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("may begin with a byte order mark", () => {
    expect(cut("\uFEFF[1]", [1])).toEqual(["1"]);
  });

  it("may have no rows, and be nothing at all", () => {
    expect([cut("[]"), cut(' { "rows" : [ ] } '), cut("")]).toEqual([[], [], []]);
  });

  it.each([
    ["[1,2", "bad-json", /ends in the middle, after 1 rows/],
    ['{"rows"', "bad-json", /ends in the middle/],
    ['{"rows":[1]', "bad-json", /ends in the middle, after 1 rows/],
    ["[1,,2]", "bad-json", /row 2: expected a row/],
    ["[1,]", "bad-json", /row 2: expected a row/],
    ["[1}]", "bad-json", /row 1: unexpected "}"/],
    ["[1] 2", "bad-json", /behind the rows' end/],
    ['"text"', "bad-json", /expected \[ … \]/],
    ["{}", "bad-json", /expected { "rows"/],
    ['{"rows":{}}', "bad-json", /rows: expected a list/],
    ['{"rows" [1]}', "bad-json", /colon/],
    ['{"rows":[1]]', "bad-json", /expected }/],
    ['{"rows":[1],"rows":[2]}', "unknown-field", /"rows" is there twice/],
    ['{"top":3,"rows":[1]}', "unknown-field", /"top" is not known here/],
    ['{"rows":[1],"top":3}', "unknown-field", /"top" is not known here/],
  ])("%s is refused", (text, code, message) => {
    for (const size of [1, 100]) {
      expect(refusal(text, [size])).toMatchObject({ code, message: expect.stringMatching(message) });
    }
  });

  it("may not have a row that fills the memory", () => {
    const endless = `["${"a".repeat(MAX_ROW_BYTES)}"]`;
    expect(refusal(endless, [65_536])).toMatchObject({ code: "bad-json" });
    expect(refusal(`{"${"a".repeat(MAX_ROW_BYTES + 1)}`, [65_536])).toMatchObject({ code: "bad-json" });
  });
});
