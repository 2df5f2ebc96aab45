import fc from "fast-check";
import { ModelFormatError } from "../../../src/errors.js";
import { decodeUbjson } from "../../../src/formats/xgboost/ubjson-decoder.js";
import { caseOf, fileOf } from "../fixture.js";

const bytes = (...parts: (string | number)[]) =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === "number" ? [part] : [...part].map((c) => c.charCodeAt(0)))),
  );

const decode = (...parts: (string | number)[]) => decodeUbjson(bytes(...parts), "test");

const failure = (...parts: (string | number)[]): string => {
  try {
    decode(...parts);
  } catch (error) {
    expect(error).toBeInstanceOf(ModelFormatError);
    return (error as Error).message;
  }
  throw new Error("no error was thrown");
};

describe("decodeUbjson", () => {
  it("reads every marker XGBoost writes", () => {
    expect(decode("{", "i", 1, "a", "T", "i", 1, "b", "F", "i", 1, "c", "Z", "}")).toEqual({
      a: true,
      b: false,
      c: null,
    });
    expect(
      decode("[", "i", 255, "U", 255, "I", 1, 0, "l", 0, 0, 1, 0, "L", 0, 0, 0, 1, 0, 0, 0, 0, "]"),
    ).toEqual([-1, 255, 256, 256, 2 ** 32]);
    expect(decode("[", "d", 0x3f, 0xc0, 0, 0, "S", "i", 2, "hi", "C", "x", "]")).toEqual([1.5, "hi", "x"]);
    expect(decode("[#", "i", 2, "T", "F")).toEqual([true, false]);
  });

  it("reads typed arrays as typed arrays, big-endian", () => {
    expect(decode("[$d#", "i", 2, 0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0)).toEqual(Float32Array.of(1, -2));
    expect(decode("[$l#", "i", 1, 0, 0, 1, 2)).toEqual(Int32Array.of(258));
    expect(decode("[$U#", "i", 2, 1, 255)).toEqual(Uint8Array.of(1, 255));
  });

  it("makes own members of all keys", () => {
    const value = decode("{", "i", 9, "__proto__", "T", "}") as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(["__proto__"]);
  });

  it("refuses lengths that the file does not hold before it allocates", () => {
    expect(failure("[$d#", "L", 0, 0, 0, 0, 0x3b, 0x9a, 0xca, 0)).toContain(
      "is more than the rest of the file",
    );
    expect(failure("[$d#", "i", 4, 0, 0, 0, 0)).toContain("the file ends here");
    expect(failure("[#", "l", 0x7f, 255, 255, 255)).toContain("is more than the rest of the file");
    expect(failure("S", "i", 0xff)).toContain("the length -1");
  });

  it("refuses what is no UBJSON, naming the byte", () => {
    expect(failure("{", "i", 1, "a", "?", "}")).toBe('test: byte 5: expected a type marker, found "?"');
    expect(failure("[$S#", "i", 1)).toContain("expected an array of numbers");
    expect(failure("TT")).toContain("expected the end of the file");
    expect(failure("[".repeat(200))).toContain("expected a nesting of at most 100");
  });

  it("ends in a value or a ModelFormatError whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (input) => {
        try {
          decodeUbjson(input, "test");
        } catch (error) {
          expect(error).toBeInstanceOf(ModelFormatError);
        }
      }),
    );
  });

  it("gives the document of the JSON file", () => {
    const fixture = caseOf("xgboost", "tiny");
    const json = JSON.parse(new TextDecoder().decode(fileOf(fixture, "model.json")));
    const ubjson = decodeUbjson(fileOf(fixture, "model.ubj"), "test") as typeof json;
    expect(Object.keys(ubjson)).toEqual(Object.keys(json));
    const [tree] = ubjson.learner.gradient_booster.model.trees;
    const [jsonTree] = json.learner.gradient_booster.model.trees;
    expect(Array.from(tree.split_conditions)).toEqual(jsonTree.split_conditions.map(Math.fround));
  });
});
