/** Columns as CSV (RFC 4180, lines end in \n): a header line, then one line a row. A missing value is empty. */
export function toCsv(columns: ReadonlyMap<string, Float64Array>, rows: number): string {
  const list = [...columns.values()];
  const lines = [[...columns.keys()].map(quoted).join(",")];
  for (let r = 0; r < rows; r++) lines.push(list.map((column) => cell(column[r]!)).join(","));
  return `${lines.join("\n")}\n`;
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
