import type { Readable } from "node:stream";
import { CsvError } from "csv-parse";
import { ProblemError } from "../http/problem.js";
import { type ColumnPlan, type ColumnWish, planColumns } from "./column-plan.js";
import { recordsOf } from "./csv-records.js";
import { BatchBuilder, type BatchShape, type RowBatch } from "./row-batch.js";

/**
 * Reads CSV (RFC 4180, a header first, UTF-8, a byte order mark allowed) batch by batch. The source is read no
 * faster than batches are taken.
 * @throws ProblemError at the first fault, with its row and column
 */
export async function* readCsv(source: Readable, shape: BatchShape & ColumnWish): AsyncGenerator<RowBatch> {
  const builder = new BatchBuilder(shape);
  let header: string[] | undefined;
  let plan: ColumnPlan | undefined;
  try {
    for await (const records of recordsOf(source)) {
      for (const record of records) {
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
    }
  } catch (error) {
    throw error instanceof CsvError ? unreadable(header === undefined ? 0 : builder.row, error) : error;
  }
  const rest = builder.rest();
  if (rest !== undefined) yield rest;
}

/** @param row 0 for the header */
function unreadable(row: number, { message }: CsvError): ProblemError {
  const detail = `${row === 0 ? "the header" : `row ${row}`}: ${message}`;
  return new ProblemError("bad-row", detail, { errors: [{ row, detail: message }] });
}

function wrongWidth(row: number, found: number, expected: number): ProblemError {
  const detail = `row ${row} has ${found} cells, the header has ${expected}`;
  return new ProblemError("bad-row", detail, { errors: [{ row, detail }] });
}
