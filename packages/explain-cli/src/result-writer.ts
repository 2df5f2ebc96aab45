import type { Explanation } from "shap-core";
import { UsageError } from "./exit-code.js";
import type { OutputFile } from "./output-file.js";
import { CsvWriter } from "./writers/csv.js";
import { JsonWriter } from "./writers/json.js";
import { NdjsonWriter } from "./writers/ndjson.js";
import { ParquetFileWriter } from "./writers/parquet.js";
import { type PlotChoice, SvgWriter } from "./writers/svg.js";

export const resultFormats = ["csv", "json", "ndjson", "parquet", "svg"] as const;
export type ResultFormat = (typeof resultFormats)[number];

/** Writes explanations chunk by chunk in one format. */
export interface ResultWriter {
  /** @param ids one a row, with `--id` */
  write(explanation: Explanation, ids: readonly string[] | undefined): Promise<void>;
  /** What comes after the last chunk. @throws UsageError where there were no rows to draw */
  finish(): Promise<void>;
}

export interface ResultOptions {
  /** The name of the `--id` column. */
  readonly id?: string;
  readonly plot: PlotChoice;
  /** Takes a remark for the person at the terminal. */
  readonly note: (text: string) => void;
}

/** @throws UsageError where the format cannot go there */
export function resultWriter(format: ResultFormat, output: OutputFile, options: ResultOptions): ResultWriter {
  switch (format) {
    case "csv":
      return new CsvWriter(output, options.id);
    case "ndjson":
      return new NdjsonWriter(output, options.id);
    case "json":
      return new JsonWriter(output, options.id);
    case "svg":
      return new SvgWriter(output, options.plot, options.note);
    case "parquet":
      if (output.path === undefined) throw new UsageError("parquet goes to a file: give --out FILE.parquet");
      return new ParquetFileWriter(output.partialPath, options.id);
  }
}
