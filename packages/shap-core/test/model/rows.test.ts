import { ShapeError } from "../../src/errors.js";
import { type Rows, toMatrix, UNSEEN_CATEGORY } from "../../src/model/rows.js";

const schema = {
  featureNames: ["age", "income", "region"],
  categories: [undefined, undefined, ["north", "south"]],
};

const messageOf = (rows: unknown): string => {
  try {
    toMatrix(rows as Rows, schema);
  } catch (error) {
    expect(error).toBeInstanceOf(ShapeError);
    return (error as Error).message;
  }
  throw new Error("no error was thrown");
};

describe("toMatrix", () => {
  it("reads arrays in feature order, with null, undefined and NaN as missing", () => {
    const { data, rows, columns } = toMatrix([[1, null, undefined]], schema);
    expect([rows, columns]).toEqual([1, 3]);
    expect(Array.from(data)).toEqual([1, Number.NaN, Number.NaN]);
  });

  it("reads objects by name in any order, an absent key as missing", () => {
    expect(Array.from(toMatrix([{ income: 2, age: 1 }], schema).data)).toEqual([1, 2, Number.NaN]);
  });

  it("reads booleans as 0 and 1", () => {
    expect(Array.from(toMatrix([[true, false, 0]], schema).data)).toEqual([1, 0, 0]);
  });

  it("takes a number always, or an unknown name, as the model's library does", () => {
    const sides = { featureNames: ["side"], categories: [["north", "1"]] };
    expect(toMatrix([[1], [0]], { ...sides, numbersAreNames: true }).data).toEqual(
      Float64Array.of(1, UNSEEN_CATEGORY),
    );
    expect(toMatrix([["west"]], { ...sides, unseenIsMissing: true }).data).toEqual(
      Float64Array.of(Number.NaN),
    );
    const flags = { featureNames: ["flag"], categories: [["true"]] };
    expect(toMatrix([[true], ["true"]], flags).data).toEqual(Float64Array.of(0, 0));
  });

  it("reads a number as a category's name where all names are numbers, else as its code", () => {
    const years = { featureNames: ["year"], categories: [["1990", "2000"]] };
    expect(Array.from(toMatrix([[2000], ["1990"], [1995], [null]], years).data)).toEqual([
      1,
      0,
      UNSEEN_CATEGORY,
      Number.NaN,
    ]);
    const sides = { featureNames: ["side"], categories: [["north", "south"]] };
    expect(Array.from(toMatrix([[1], ["north"]], sides).data)).toEqual([1, 0]);
  });

  it("reads a category's name as its code and an unknown one as unseen", () => {
    expect(
      Array.from(
        toMatrix(
          [
            [0, 0, "south"],
            [0, 0, "moon"],
          ],
          schema,
        ).data,
      ),
    ).toEqual([0, 0, 1, 0, 0, UNSEEN_CATEGORY]);
  });

  it("refuses what the model has no prediction for, naming row and column", () => {
    const strict = {
      featureNames: ["age", "side"],
      categories: [undefined, ["north", "south"]],
      refusals: [
        { missing: true, unseen: false },
        { missing: false, unseen: true },
      ],
    };
    expect(Array.from(toMatrix([[40, null]], strict).data)).toEqual([40, Number.NaN]);
    expect(() =>
      toMatrix(
        [
          [40, "north"],
          [null, "north"],
        ],
        strict,
      ),
    ).toThrow(/row 1, "age": .* a missing value/);
    expect(() => toMatrix([[40, "up"]], strict)).toThrow(
      /row 0, "side": .* a category that the model does not list/,
    );
    const matrix = { data: Float64Array.of(40, 2), rows: 1, columns: 2 };
    expect(() => toMatrix(matrix, strict)).toThrow(/row 0, "side"/);
  });

  it("returns a matrix of the right width as it is", () => {
    const matrix = { data: new Float64Array(6), rows: 2, columns: 3 };
    expect(toMatrix(matrix, schema)).toBe(matrix);
  });

  it("takes no rows for an empty matrix", () => {
    expect(toMatrix([], schema)).toEqual({ data: new Float64Array(0), rows: 0, columns: 3 });
  });

  it.each<[string, unknown, string]>([
    [
      "too many columns",
      [
        [1, 2, 3],
        [1, 2, 3, 4],
      ],
      "row 1 has 4 values; the model has 3 features",
    ],
    ["a misspelt name", [{ agee: 1 }], 'row 0: "agee" is no feature of this model; did you mean "age"?'],
    ["a name like none", [{ constructor: 1 }], 'row 0: "constructor" is no feature of this model'],
    ["text for a number", [[1, "much", 0]], 'row 0, "income": expected a number, got the text "much"'],
    ["a nested array", [[1, [2], 0]], 'row 0, "income": expected a number, got an array'],
    [
      "a row that is none",
      [7],
      "row 0 is a value of type number; a row is an array or an object by feature name",
    ],
    ["rows that are none", "rows", "rows must be an array of arrays"],
    [
      "a narrow matrix",
      { data: new Float64Array(4), rows: 2, columns: 2 },
      "the matrix has 2 columns; the model has 3",
    ],
    ["a matrix of plain numbers", { data: [1, 2, 3], rows: 1, columns: 3 }, "must be a Float64Array"],
    [
      "a matrix that is too short",
      { data: new Float64Array(3), rows: 2, columns: 3 },
      "says 2 × 3 but holds 3 numbers",
    ],
  ])("names what does not fit: %s", (_case, rows, message) => {
    expect(messageOf(rows)).toContain(message);
  });

  it("tells programs the place of a bad cell", () => {
    expect(() =>
      toMatrix(
        [
          [1, 2, 0],
          [1, "x", 0],
        ],
        schema,
      ),
    ).toThrow(expect.objectContaining({ code: "SHAPE", where: { row: 1, column: "income" } }));
  });
});
