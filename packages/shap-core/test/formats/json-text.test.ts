import fc from "fast-check";
import { DocumentNode } from "../../src/formats/document.js";
import { parseJson } from "../../src/formats/json-text.js";

describe("parseJson", () => {
  it("reads the numbers that JSON lacks where they stand as values, and leaves strings alone", () => {
    const parsed = parseJson(
      '{"a NaN": [NaN, -Infinity, Infinity, nan, -inf, 1], "b": "NaN, \\"inf\\""}',
    ) as Record<string, unknown>;
    expect(parsed.b).toBe('NaN, "inf"');
    const numbers = new DocumentNode(parsed, "test").get("a NaN").numbers();
    expect(Array.from(numbers)).toEqual([Number.NaN, -Infinity, Infinity, Number.NaN, -Infinity, 1]);
  });

  it("complains of what is no JSON as JSON.parse does", () => {
    for (const text of ["", "{", '{"a": nano}', "[1,]", '{"a": NaN'])
      expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it("equals JSON.parse on all JSON", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});
