import { loadModel, ShapeError } from "shap-core";
import { parseBackground } from "../../src/models/background.js";
import { fixture } from "./hostile-models.js";

const model = loadModel(fixture("xgboost/gblinear/model.json"));
const names = "age,sex,bmi,bp,s1,s2,s3,s4";
const parse = (text: string) => parseBackground(Buffer.from(text), model);

describe("background rows", () => {
  it("are the same as CSV in any order of columns, as arrays and as objects", () => {
    const expected = [1, 2, 3, 4, 5, 6, 7, Number.NaN];
    const object = { s4: null, s3: 7, s2: 6, s1: 5, bp: 4, bmi: 3, sex: 2, age: 1 };
    for (const text of [
      `${names},note\n1,2,3,4,5,6,7,,x\n`,
      "s4,s3,s2,s1,bp,bmi,sex,age\n,7,6,5,4,3,2,1\n",
      JSON.stringify([expected]),
      JSON.stringify({ rows: [object] }),
      `\n  ${JSON.stringify([object])}`,
    ]) {
      expect(Array.from(parse(text).data)).toEqual(expected);
    }
  });

  it.each([
    ["a cell that is no number", `${names}\n1,2,3,4,5,6,7,8\n1,x,3,4,5,6,7,8`, { row: 2, column: "sex" }],
    ["a number that is too large", `${names}\n1,2,1e999,4,5,6,7,8`, { row: 1, column: "bmi" }],
    ["an object with a name that is none", '[{"age": 1}, {"agee": 1}]', { row: 2, column: "agee" }],
    ["an array that is too short", "[[1, 2]]", { row: 1 }],
    ["a column that is there twice", `${names},age\n1,2,3,4,5,6,7,8,9`, { column: "age" }],
    ["a column that is missing", "age,sex\n1,2", {}],
    ["no rows", `${names}\n`, {}],
    ["no rows in JSON", '{"rows": []}', {}],
    ["JSON that is cut off", "[[1, 2", {}],
    ["JSON of another shape", '{"data": [[1]]}', {}],
    ["a CSV line of another width", `${names}\n1,2`, {}],
  ])("with %s are refused, with the place", (_what, text, where) => {
    let error: unknown;
    try {
      parse(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ShapeError);
    expect((error as ShapeError).where).toMatchObject(where);
  });
});
