import { CsvError } from "csv-parse/sync";
import { ShapeError } from "shap-core";

/**
 * Why files of the model folder cannot be served. Everybody with a key is told, and the log: so the place in the
 * background rows, and nothing that stands there.
 */
export function brokenReason(error: unknown): string {
  if (!(error instanceof ShapeError)) return (error as Error).message;
  const { row, column } = error.where;
  if (row !== undefined) {
    const place = column === undefined ? `row ${row}` : `row ${row}, column ${JSON.stringify(column)}`;
    return `the background, ${place}, does not fit the model`;
  }
  if (error.cause instanceof CsvError) {
    const { code, lines } = error.cause as CsvError & { lines?: number };
    return `the background is no CSV${lines === undefined ? "" : ` at line ${lines}`} (${code})`;
  }
  // A JSON parser quotes what it stumbles over.
  return error.cause === undefined ? error.message : "the background is no JSON";
}
