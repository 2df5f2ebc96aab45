import { CsvError, parse } from "csv-parse/sync";
import { type Cell, type Matrix, type Model, type Rows, ShapeError, toMatrix } from "shap-core";

/**
 * Background rows: CSV with a header (the order of columns is free, other columns are passed over, an empty cell is a
 * missing value), or JSON: rows, or `{"rows": [...]}`, each an array or an object by feature name. JSON is told by its
 * first letter.
 * @throws ShapeError naming the row (from 1) and column that do not fit
 */
export function parseBackground(file: Uint8Array, model: Model): Matrix {
  const rows = isJsonText(file) ? readJson(file) : readCsv(file, model);
  if (rows.length === 0) throw new ShapeError("the background has no rows");
  return refuseInfinite(
    fromOne(() => toMatrix(rows as Rows, model)),
    model,
  );
}

/** Whether the first letter is `[` or `{`. A CSV column of such a name stands in quotes. */
export function isJsonText(file: Uint8Array): boolean {
  const start = new TextDecoder().decode(file.subarray(0, 4096)).trimStart();
  return start.startsWith("[") || start.startsWith("{");
}

function readJson(file: Uint8Array): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file));
  } catch (cause) {
    throw new ShapeError(`the background is no JSON: ${(cause as Error).message}`, {}, { cause });
  }
  const rows = Array.isArray(value) ? value : (value as { rows?: unknown }).rows;
  if (!Array.isArray(rows)) throw new ShapeError('the background must be [row, …] or {"rows": [row, …]}');
  return rows;
}

function readCsv(file: Uint8Array, model: Model): Cell[][] {
  const [header = [], ...lines] = readRecords(file);
  const columns = model.featureNames.map((name) => header.indexOf(name));
  const absent = model.featureNames.filter((_, i) => columns[i] === -1);
  if (absent.length > 0) throw new ShapeError(`the background has no column ${absent.join(", ")}`);
  const doubled = model.featureNames.find((name, i) => header.lastIndexOf(name) !== columns[i]);
  if (doubled !== undefined) {
    throw new ShapeError(`the background has two columns ${JSON.stringify(doubled)}`, { column: doubled });
  }
  return lines.map((cells) => columns.map((c) => toCell(cells[c] ?? "")));
}

function readRecords(file: Uint8Array): string[][] {
  try {
    return parse(Buffer.from(file), { bom: true, skip_empty_lines: true, trim: true }) as string[][];
  } catch (cause) {
    if (cause instanceof CsvError) throw new ShapeError(`the background: ${cause.message}`, {}, { cause });
    throw cause;
  }
}

function toCell(text: string): number | string | null {
  if (text === "") return null;
  const number = Number(text);
  return Number.isNaN(number) && text.toLowerCase() !== "nan" ? text : number;
}

/** People count the rows of a table from 1. */
function fromOne(read: () => Matrix): Matrix {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof ShapeError) || cause.where.row === undefined) throw cause;
    const row = cause.where.row + 1;
    const message = cause.message.replace(/^row \d+/, `row ${row}`);
    throw new ShapeError(`the background, ${message}`, { ...cause.where, row }, { cause });
  }
}

function refuseInfinite(matrix: Matrix, model: Model): Matrix {
  const at = matrix.data.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY);
  if (at < 0) return matrix;
  const row = Math.floor(at / matrix.columns) + 1;
  const column = model.featureNames[at % matrix.columns]!;
  throw new ShapeError(`the background, row ${row}, ${JSON.stringify(column)}: the number is too large`, {
    row,
    column,
  });
}
