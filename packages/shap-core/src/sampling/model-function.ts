import { ShapeError } from "../errors.js";

/** What a model function may give for n rows, of k outputs each. */
export type ModelOutputs =
  /** n numbers (one output), or n arrays of k numbers. */
  | readonly number[]
  | readonly ArrayLike<number>[]
  /** n × k numbers, row-major. */
  | Float64Array
  | Float32Array
  /** What `model.predict` gives. */
  | { readonly values: Float64Array };

/** Any model: rows in the background's feature order in, outputs out, at once or as a promise. NaN is a missing value. */
export type ModelFunction = (rows: number[][]) => ModelOutputs | Promise<ModelOutputs>;

/**
 * A model's answer as rows × outputs numbers.
 * @throws ShapeError where the answer is not one finite number (or array of them) a row
 */
export function readOutputs(answer: ModelOutputs, rows: number): Float64Array {
  const values = flatten(answer, rows);
  if (values.length === 0 || values.length % rows !== 0) {
    throw new ShapeError(
      `the model function was given ${rows} rows and returned ${values.length} numbers; ` +
        "return one number, or one array of numbers, a row",
    );
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new ShapeError(
      `the model function returned ${values[bad]} for a row; explanations need finite outputs. ` +
        "Check the row the model was given, or catch the case in the function",
    );
  }
  return values;
}

function flatten(answer: ModelOutputs, rows: number): Float64Array {
  if (answer instanceof Float64Array) return answer;
  if (answer instanceof Float32Array) return Float64Array.from(answer);
  if (typeof answer === "object" && answer !== null && "values" in answer) {
    if (answer.values instanceof Float64Array) return answer.values;
  }
  if (!Array.isArray(answer)) {
    throw new ShapeError(
      "the model function must return an array of numbers, an array of arrays, or a Float64Array",
    );
  }
  const first: unknown = answer[0];
  if (typeof first === "number") return numbersOf(answer as readonly number[]);
  if (answer.length !== rows) {
    throw new ShapeError(`the model function was given ${rows} rows and returned ${answer.length}`);
  }
  if (!isList(first)) {
    throw new ShapeError(
      `the model function returned ${first} for its first row; return a number or an array`,
    );
  }
  const outputs = first.length;
  const values = new Float64Array(rows * outputs);
  for (let r = 0; r < rows; r++) {
    const row: unknown = answer[r];
    if (!isList(row) || row.length !== outputs) {
      const found = isList(row) ? row.length : "none";
      throw new ShapeError(
        `the model function returned ${outputs} outputs for its first row and ${found} for row ${r}`,
        { row: r },
      );
    }
    values.set(numbersOf(row), r * outputs);
  }
  return values;
}

const isList = (value: unknown): value is ArrayLike<number> =>
  Array.isArray(value) || ArrayBuffer.isView(value);

function numbersOf(list: ArrayLike<number>): Float64Array {
  // Not Float64Array.from alone: it would read null as 0 and "7" as 7.
  return Float64Array.from(list, (value) => (typeof value === "number" ? value : Number.NaN));
}
