import { ShapeError } from "../errors.js";
import type { Matrix } from "./matrix.js";
import { nearestName } from "./nearest-name.js";

/**
 * One value of a row. `null`, `undefined` and `NaN` are missing; text is a category's name. A number is a category's
 * name too where the file's names are all numbers (years, postcodes, CatBoost's and pandas' whole numbers); else it
 * is the category's code. In a Matrix a number is always the code.
 */
export type Cell = number | string | boolean | null | undefined;

/** Rows as people have them: arrays in the model's feature order, objects by feature name, or a Matrix. */
export type Rows = Matrix | readonly (readonly Cell[])[] | readonly Readonly<Record<string, Cell>>[];

/** What rows must fit: the columns, and for a categorical one the names behind its codes 0, 1, 2, ... */
export interface RowSchema {
  readonly featureNames: readonly string[];
  readonly categories?: readonly (readonly string[] | undefined)[] | undefined;
  /** A number in a categorical column is always a category's name (CatBoost), never its code; not so in a Matrix. */
  readonly numbersAreNames?: boolean | undefined;
  /** A category's name that the file does not list is a missing value (LightGBM, as pandas has it), not a category. */
  readonly unseenIsMissing?: boolean | undefined;
  /** What a column refuses, where the model has no prediction for it; undefined: nothing is refused. */
  readonly refusals?: readonly (Refusal | undefined)[] | undefined;
}

/** Values for which a model gives no prediction (as PMML's nullPrediction and returnInvalid). */
export interface Refusal {
  readonly missing: boolean;
  /** A category that the file does not list. */
  readonly unseen: boolean;
}

/** The code of a category the model has never seen: it is in no split's set. */
export const UNSEEN_CATEGORY = -1;

/**
 * Rows in any accepted form as a Matrix in the model's feature order. A Matrix is returned as it is.
 *
 * An object's absent key is a missing value; a key that is no feature's name is an error, so that a misspelt
 * name cannot pass as missing.
 * @throws ShapeError naming the row and column that do not fit
 */
export function toMatrix(rows: Rows, schema: RowSchema): Matrix {
  const columns = schema.featureNames.length;
  if (isMatrix(rows)) {
    checkMatrix(rows, columns);
    checkRefusals(rows, schema);
    return rows;
  }
  if (!Array.isArray(rows)) {
    throw new ShapeError(
      "rows must be an array of arrays, an array of objects or a { data, rows, columns } matrix",
    );
  }
  const data = new Float64Array(rows.length * columns);
  const columnOf = new Map(schema.featureNames.map((name, index) => [name, index]));
  for (let r = 0; r < rows.length; r++) {
    const row: unknown = rows[r];
    if (Array.isArray(row)) fillFromArray(data, r, row, schema);
    else if (row !== null && typeof row === "object") {
      fillFromObject(data, r, row as Record<string, unknown>, schema, columnOf);
    } else {
      throw new ShapeError(`row ${r} is ${describe(row)}; a row is an array or an object by feature name`, {
        row: r,
      });
    }
  }
  const matrix = { data, rows: rows.length, columns };
  checkRefusals(matrix, schema);
  return matrix;
}

function isMatrix(rows: Rows): rows is Matrix {
  return !Array.isArray(rows) && rows !== null && typeof rows === "object" && "data" in rows;
}

function checkMatrix(matrix: Matrix, columns: number): void {
  if (!(matrix.data instanceof Float64Array)) throw new ShapeError("a matrix's data must be a Float64Array");
  if (matrix.columns !== columns) {
    throw new ShapeError(`the matrix has ${matrix.columns} columns; the model has ${columns} features`);
  }
  if (!Number.isInteger(matrix.rows) || matrix.rows < 0 || matrix.data.length !== matrix.rows * columns) {
    throw new ShapeError(
      `the matrix says ${matrix.rows} × ${columns} but holds ${matrix.data.length} numbers`,
    );
  }
}

function checkRefusals(matrix: Matrix, schema: RowSchema): void {
  schema.refusals?.forEach((refusal, c) => {
    if (refusal === undefined) return;
    const known = schema.categories?.[c]?.length;
    for (let r = 0; r < matrix.rows; r++) {
      const value = matrix.data[r * matrix.columns + c]!;
      const missing = Number.isNaN(value);
      const unseen = !missing && known !== undefined && !(value >= 0 && Math.trunc(value) < known);
      if (!(missing ? refusal.missing : unseen && refusal.unseen)) continue;
      const name = JSON.stringify(schema.featureNames[c]);
      const what = missing ? "a missing value" : "a category that the model does not list";
      throw new ShapeError(`row ${r}, ${name}: the model gives no prediction for ${what}`, {
        row: r,
        column: schema.featureNames[c]!,
      });
    }
  });
}

function fillFromArray(data: Float64Array, r: number, row: readonly unknown[], schema: RowSchema): void {
  const columns = schema.featureNames.length;
  if (row.length !== columns) {
    throw new ShapeError(`row ${r} has ${row.length} values; the model has ${columns} features`, { row: r });
  }
  for (let c = 0; c < columns; c++) data[r * columns + c] = toNumber(row[c], r, c, schema);
}

function fillFromObject(
  data: Float64Array,
  r: number,
  row: Record<string, unknown>,
  schema: RowSchema,
  columnOf: Map<string, number>,
): void {
  const columns = schema.featureNames.length;
  data.fill(Number.NaN, r * columns, (r + 1) * columns);
  for (const key of Object.keys(row)) {
    const c = columnOf.get(key);
    if (c === undefined) {
      const near = nearestName(key, schema.featureNames);
      const hint = near === undefined ? "" : `; did you mean ${JSON.stringify(near)}?`;
      throw new ShapeError(`row ${r}: ${JSON.stringify(key)} is no feature of this model${hint}`, {
        row: r,
        column: key,
      });
    }
    data[r * columns + c] = toNumber(row[key], r, c, schema);
  }
}

function toNumber(value: unknown, r: number, c: number, schema: RowSchema): number {
  if (value === null || value === undefined || Number.isNaN(value)) return Number.NaN;
  const names = schema.categories?.[c];
  if (names !== undefined && isCategoryName(value, names, schema)) {
    const unseen = schema.unseenIsMissing === true ? Number.NaN : UNSEEN_CATEGORY;
    return codesOf(names).get(String(value)) ?? unseen;
  }
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  const name = schema.featureNames[c]!;
  throw new ShapeError(`row ${r}, ${JSON.stringify(name)}: expected a number, got ${describe(value)}`, {
    row: r,
    column: name,
  });
}

/** Whether a value names a category, instead of being its code. */
function isCategoryName(value: unknown, names: readonly string[], schema: RowSchema): boolean {
  if (typeof value === "string") return true;
  if (typeof value === "boolean") return codesOf(names).has(String(value));
  return typeof value === "number" && (schema.numbersAreNames === true || codesOf(names).numeric);
}

/** A feature's codes by category name. */
class CategoryCodes extends Map<string, number> {
  /** Whether every name is a number in the form JavaScript writes it. */
  readonly numeric: boolean;

  constructor(names: readonly string[]) {
    // From the last to the first, so that of equal names the first one's code stays.
    super(names.map((name, code): [string, number] => [name, code]).reverse());
    this.numeric = names.every((name) => name !== "" && String(Number(name)) === name);
  }
}

const knownCodes = new WeakMap<readonly string[], CategoryCodes>();

function codesOf(names: readonly string[]): CategoryCodes {
  let codes = knownCodes.get(names);
  if (codes === undefined) {
    codes = new CategoryCodes(names);
    knownCodes.set(names, codes);
  }
  return codes;
}

function describe(value: unknown): string {
  if (typeof value === "string")
    return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}
