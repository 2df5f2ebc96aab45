import type { Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { ProblemError } from "../http/problem.js";
import { type ColumnPlan, type ColumnWish, planColumns } from "./column-plan.js";
import { BatchBuilder, type BatchShape, type RowBatch } from "./row-batch.js";

/**
 * Reads CSV (RFC 4180, a header first, UTF-8, a byte order mark allowed) batch by batch. The source is read no
 * faster than batches are taken.
 * @throws ProblemError at the first fault, with its row and column
 */
export async function* readCsv(source: Readable, shape: BatchShape & ColumnWish): AsyncGenerator<RowBatch> {
  const parser = parse({
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: 1_048_576,
  });
  source.on("error", (error) => parser.destroy(error));
  source.pipe(parser);
  const builder = new BatchBuilder(shape);
  let header: string[] | undefined;
  let plan: ColumnPlan | undefined;
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      if (plan === undefined || header === undefined) {
        header = record.map((name) => name.trim());
        plan = planColumns(header, shape);
        continue;
      }
      if (record.length !== header.length) throw wrongWidth(builder.row, record.length, header.length);
      const { featureOf, idAt } = plan;
      for (let c = 0; c < record.length; c++) {
        const feature = featureOf[c]!;
        if (feature >= 0) builder.setText(feature, record[c]!);
      }
      for (let i = 0; i < idAt.length; i++) builder.setId(i, record[idAt[i]!]!);
      const batch = builder.endRow();
      if (batch !== undefined) yield batch;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // The parser runs ahead of the rows that were taken from it: only it knows where it stands.
    const row = Number((error as CsvError & { records?: number }).records ?? builder.row);
    throw new ProblemError("bad-row", `row ${row}: ${error.message}`, {
      errors: [{ row, detail: error.message }],
    });
  }
  const rest = builder.rest();
  if (rest !== undefined) yield rest;
}

function wrongWidth(row: number, found: number, expected: number): ProblemError {
  const detail = `row ${row} has ${found} cells, the header has ${expected}`;
  return new ProblemError("bad-row", detail, { errors: [{ row, detail }] });
}
