import type { ColumnOptions } from "./columns.js";

export interface CsvOptions extends ColumnOptions {
  /** Whether the names come first. Default true; false for the later parts of one file. */
  readonly header?: boolean;
}

/** Columns as CSV (RFC 4180, lines end in \n): the names, then one line a row. A missing value is empty. */
export function toCsv(columns: ReadonlyMap<string, Float64Array>, rows: number, header = true): string {
  const list = [...columns.values()];
  const lines = header ? [[...columns.keys()].map(quoted).join(",")] : [];
  for (let r = 0; r < rows; r++) lines.push(list.map((column) => cell(column[r]!)).join(","));
  return lines.map((line) => `${line}\n`).join("");
}

function cell(value: number): string {
  if (Number.isNaN(value)) return "";
  return Object.is(value, -0) ? "-0" : String(value);
}

/** A spreadsheet would run a name that starts like a formula, and it may come from anyone: it gets an apostrophe. */
function quoted(name: string): string {
  const safe = /^[=+\-@\t\r]/.test(name) ? `'${name}` : name;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
