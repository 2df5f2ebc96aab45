import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { Cell, Model } from "shap-core";
import { csvRecords } from "./csv-records.js";
import { UsageError } from "./exit-code.js";
import { jsonRecords } from "./json-records.js";

/** One row of a file, where it stood and, with `--id`, its name. */
export interface SourceRow {
  readonly cells: Record<string, Cell>;
  /** Counted from 1, for messages. */
  readonly line: number;
  readonly id?: string;
}

export interface RowSourceOptions {
  readonly id?: string;
  readonly ignore?: readonly string[];
  /** Whether the id and ignored columns may be absent. */
  readonly optional?: boolean;
  /** CSV: whether the first line names the columns. */
  readonly header: boolean;
}

export type RowFormat = "csv" | "ndjson";

/** Rows of a CSV or NDJSON file, or of standard input (`-`), read as they are taken. */
export class RowSource {
  bytesRead = 0;

  private constructor(
    readonly name: string,
    private readonly input: Readable,
    private readonly format: RowFormat,
    /** Unknown for a pipe. */
    readonly bytesTotal: number | undefined,
    private readonly options: RowSourceOptions,
  ) {}

  /** @throws UsageError where the file cannot be read or its name does not tell its format */
  static async open(path: string, options: RowSourceOptions, stdin: Readable): Promise<RowSource> {
    if (path === "-") return new RowSource("standard input", stdin, "csv", undefined, options);
    const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(error.code === "ENOENT" ? `${path}: no such file` : `${path}: ${error.message}`);
    });
    if (info.isDirectory()) throw new UsageError(`${path} is a folder; give a CSV or NDJSON file`);
    const size = info.isFile() ? info.size : undefined;
    return new RowSource(path, createReadStream(path), formatOf(path), size, options);
  }

  /** @throws UsageError naming the line that cannot be read */
  async *rows(model: Model): AsyncGenerator<SourceRow> {
    const counted = this.counted();
    yield* this.format === "csv"
      ? csvRecords(counted, this.name, model, this.options)
      : jsonRecords(counted, this.name, this.options);
  }

  /** The same, some at a time. */
  async *chunks(model: Model, size: number): AsyncGenerator<SourceRow[]> {
    let chunk: SourceRow[] = [];
    for await (const row of this.rows(model)) {
      chunk.push(row);
      if (chunk.length < size) continue;
      yield chunk;
      chunk = [];
    }
    if (chunk.length > 0) yield chunk;
  }

  /** Stops reading; with an error, whoever waits for rows gets it. */
  close(error?: Error): void {
    this.input.destroy(error);
  }

  private async *counted(): AsyncGenerator<Buffer> {
    for await (const bytes of this.input) {
      this.bytesRead += bytes.length;
      yield bytes;
    }
  }
}

function formatOf(path: string): RowFormat {
  if (/\.(ndjson|jsonl)$/i.test(path)) return "ndjson";
  if (/\.(csv|txt)$/i.test(path)) return "csv";
  throw new UsageError(`${path}: rows come as .csv, .ndjson or .jsonl (or as CSV on standard input: -)`);
}
