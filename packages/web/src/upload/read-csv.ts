import type { Readable } from "node:stream";
import { CsvError, type Options, Parser } from "csv-parse";
import { ProblemError } from "../http/problem.js";
import { type ColumnPlan, type ColumnWish, planColumns } from "./column-plan.js";
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

/** The records of each part as it arrives. @throws CsvError behind the records before it */
async function* recordsOf(source: Readable): AsyncGenerator<string[][]> {
  const parser = new RecordParser({
    bom: true,
    // Each of them anywhere: where it is left to find out, the header's is that of all rows.
    record_delimiter: ["\r\n", "\n", "\r"],
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: 1_048_576,
  });
  // Left to itself the iterator destroys the stream at a fault, and with it the socket the answer goes to.
  for await (const bytes of source.iterator({ destroyOnReturn: false })) {
    const fault = await faultOf((done) => parser.write(bytes, done));
    yield parser.takeRecords();
    if (fault !== undefined) throw fault;
  }
  const fault = await faultOf((done) => parser.end(done));
  yield parser.takeRecords();
  if (fault !== undefined) throw fault;
}

const faultOf = (write: (done: (error?: Error | null) => void) => void): Promise<Error | undefined> =>
  new Promise((resolve) => write((error) => resolve(error ?? undefined)));

/**
 * Keeps its records at hand. As a stream of them it would run ahead of those that are taken, and throw them away when it
 * fails: another fault than the first one would be told.
 */
class RecordParser extends Parser {
  private records: string[][] = [];

  constructor(options: Options) {
    super(options);
    // Told by the write that met with it.
    this.on("error", () => {});
  }

  override push(record: string[] | null): boolean {
    if (record === null) return super.push(null);
    this.records.push(record);
    return true;
  }

  takeRecords(): string[][] {
    const taken = this.records;
    this.records = [];
    return taken;
  }
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
