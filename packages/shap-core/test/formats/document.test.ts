import { ModelFormatError } from "../../src/errors.js";
import { DocumentNode } from "../../src/formats/document.js";

const document = (value: unknown) => new DocumentNode(value, "test");

const failure = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(ModelFormatError);
    return (error as Error).message;
  }
  throw new Error("no error was thrown");
};

describe("DocumentNode", () => {
  it("names the whole path to what is missing", () => {
    const node = document({ trees: [{}, {}] });
    expect(failure(() => node.get("trees").items()[1]!.get("left"))).toBe("test: trees[1].left: is missing");
  });

  it("says what stood where something else was expected", () => {
    const node = document({ a: { b: "many" }, list: [1, "two"] });
    expect(failure(() => node.get("a").get("b").number())).toBe('test: a.b: expected a number, found "many"');
    expect(failure(() => node.get("list").numbers())).toBe('test: list[1]: expected a number, found "two"');
    expect(failure(() => node.get("list").numbers(3))).toContain("expected 3 numbers, found 2");
    expect(failure(() => node.get("list").get("x"))).toContain("expected an object, found an array of 2");
    expect(failure(() => node.get("a").items())).toContain("expected an array, found an object");
    expect(failure(() => node.get("list").text())).toContain("expected text");
  });

  it("reads numbers written as text, and only whole ones in range as integers", () => {
    expect(document("5E-1").number()).toBe(0.5);
    expect(document("7").integer(0, 10)).toBe(7);
    expect(failure(() => document("7.5").integer(0, 10))).toContain("expected a whole number from 0 to 10");
    expect(failure(() => document(11).integer(0, 10))).toContain("found 11");
    expect(failure(() => document("").number())).toContain("expected a number");
  });

  it("hands typed arrays through and reads booleans as 0 and 1", () => {
    const typed = Float32Array.of(1, 2);
    expect(document(typed).numbers(2)).toBe(typed);
    expect(Array.from(document([true, false]).numbers())).toEqual([1, 0]);
  });

  it("looks up own members only", () => {
    expect(document({}).optional("constructor")).toBeUndefined();
    expect(document(JSON.parse('{"__proto__": 1}')).get("__proto__").number()).toBe(1);
  });
});
