import { CsvError, parse } from "csv-parse/sync";
import { type Matrix, type Model, ShapeError, toMatrix } from "shap-core";

/**
 * Background rows from CSV with a header; the order of columns is free, other columns are passed over, an empty cell
 * is a missing value.
 * @throws ShapeError naming the row (from 1) or column that does not fit
 */
export function parseBackground(file: Uint8Array, model: Model): Matrix {
  const records = readRecords(file);
  const [header = [], ...lines] = records;
  const columns = model.featureNames.map((name) => header.indexOf(name));
  const absent = model.featureNames.filter((_, i) => columns[i] === -1);
  if (absent.length > 0) throw new ShapeError(`the background has no column ${absent.join(", ")}`);
  if (lines.length === 0) throw new ShapeError("the background has no rows");
  return toMatrix(
    lines.map((cells) => columns.map((c) => toCell(cells[c] ?? ""))),
    model,
  );
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
