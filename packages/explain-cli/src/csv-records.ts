import { Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import type { Model } from "shap-core";
import { UsageError } from "./exit-code.js";
import type { RowSourceOptions, SourceRow } from "./row-source.js";
import { checkColumns, readCell } from "./table-columns.js";

/** The rows of a CSV file, comma-separated, quoted as RFC 4180 says. */
export async function* csvRecords(
  input: AsyncIterable<Buffer>,
  name: string,
  model: Model,
  options: RowSourceOptions,
): AsyncGenerator<SourceRow> {
  const parser = parse({ bom: true, info: true, skip_empty_lines: true, relax_column_count: true });
  const reading = Readable.from(input);
  reading.on("error", (error) => parser.destroy(error)).pipe(parser);
  const ignored = new Set(options.ignore);
  let columns = options.header ? undefined : [...model.featureNames];
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      if (columns === undefined) {
        columns = record;
        checkHeader(columns, name, model, options);
        continue;
      }
      if (record.length !== columns.length) {
        throw new UsageError(
          `${name}, line ${info.lines}: ${record.length} cells; ${options.header ? "the header has" : "the model has"} ${columns.length}`,
        );
      }
      const row: { -readonly [K in keyof SourceRow]: SourceRow[K] } = { cells: {}, line: info.lines };
      columns.forEach((column, c) => {
        if (column === options.id) row.id = record[c]!;
        else if (!ignored.has(column)) {
          row.cells[column] = readCell(record[c]!, model.categories?.[model.featureNames.indexOf(column)]);
        }
      });
      yield row;
    }
  } catch (error) {
    throw error instanceof CsvError ? new UsageError(`${name}: ${error.message}`) : error;
  } finally {
    reading.destroy();
  }
}

function checkHeader(
  columns: readonly string[],
  name: string,
  model: Model,
  { id, ignore = [], optional }: RowSourceOptions,
): void {
  for (const wanted of id === undefined ? ignore : [id, ...ignore]) {
    if (!optional && !columns.includes(wanted))
      throw new UsageError(`${name}: no column ${JSON.stringify(wanted)}`);
  }
  checkColumns(
    columns.filter((column) => column !== id && !ignore.includes(column)),
    model,
    name,
  );
}
