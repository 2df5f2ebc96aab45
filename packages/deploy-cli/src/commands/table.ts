import { printableLine } from "../terminal/printable.js";
import type { Style } from "../terminal/style.js";

/** Lines of a table whose columns are as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], style: Style): string[] {
  const shown = rows.map((row) => row.map(printableLine));
  const widths = head.map((title, column) =>
    Math.max(title.length, ...shown.map((row) => row[column].length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]))
      .join("  ")
      .trimEnd();
  return [style("bold", line(head)), ...shown.map(line)];
}
