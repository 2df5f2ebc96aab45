import { readFile } from "node:fs/promises";
import {
  createExplainer,
  type Explainer,
  type Explanation,
  loadModel,
  type Model,
  type ModelFormat,
  ShapError,
  ShapeError,
} from "shap-core";
import { type Streams, UsageError } from "./exit-code.js";
import { OutputFile } from "./output-file.js";
import type { ProgressBar } from "./progress-bar.js";
import { type ResultFormat, resultWriter } from "./result-writer.js";
import { RowSource, type SourceRow } from "./row-source.js";
import type { PlotChoice } from "./writers/svg.js";

export interface ExplainFileOptions {
  readonly model: string;
  /** `-` is standard input. */
  readonly rows: string;
  readonly background?: string;
  readonly perturbation: "auto" | "interventional" | "tree_path_dependent" | "correlation_dependent";
  readonly output: "raw" | "probability";
  readonly to: ResultFormat;
  readonly plot: PlotChoice;
  /** Absent: standard output. */
  readonly out?: string;
  readonly id?: string;
  readonly ignore?: readonly string[];
  readonly header: boolean;
  readonly modelFormat: ModelFormat | "auto";
  /** Rows explained at a time: what memory holds. */
  readonly chunkSize: number;
}

/**
 * Explains every row of a file; memory holds one chunk, whatever the file's size.
 * @throws UsageError for what the caller can mend, naming file and line
 * @throws the signal's reason once it is aborted; no output file is left then
 */
export async function explainFile(
  options: ExplainFileOptions,
  bar: ProgressBar,
  signal: AbortSignal,
  streams: Streams = process,
): Promise<{ rows: number }> {
  const model = await readModel(options);
  const explainer = await explainerFor(model, options);
  const source = await RowSource.open(options.rows, options, streams.stdin);
  const output = await OutputFile.open(options.out, streams.stdout);
  const stop = () => source.close(signal.reason);
  signal.addEventListener("abort", stop);
  let rows = 0;
  try {
    const writer = resultWriter(options.to, output, {
      ...options,
      note: (text) => streams.stderr.write(`${text}\n`),
    });
    for await (const chunk of source.chunks(model, options.chunkSize)) {
      signal.throwIfAborted();
      await writer.write(explainChunk(explainer, chunk, source.name), idsOf(chunk, options.id));
      rows += chunk.length;
      bar.update(rows, source.bytesTotal && source.bytesRead / source.bytesTotal);
    }
    signal.throwIfAborted();
    await writer.finish();
    await output.finish();
  } catch (error) {
    await output.discard();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", stop);
    source.close();
  }
  bar.done(rows);
  return { rows };
}

async function readModel({ model, modelFormat }: ExplainFileOptions): Promise<Model> {
  const bytes = await readFile(model).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(error.code === "ENOENT" ? `${model}: no such file` : `${model}: ${error.message}`);
  });
  return named(model, () => loadModel(bytes, { format: modelFormat }));
}

async function explainerFor(model: Model, options: ExplainFileOptions): Promise<Explainer> {
  const { background, perturbation, output } = options;
  const rows = background === undefined ? undefined : await readAll(background, model, options);
  return named(background ?? options.model, () =>
    createExplainer(model, { background: rows, perturbation, output }),
  );
}

async function readAll(path: string, model: Model, options: ExplainFileOptions) {
  // The background is a table of features alone, unless it has the rows' other columns too.
  const { id, ignore, header } = options;
  const source = await RowSource.open(path, { id, ignore, header, optional: true }, process.stdin);
  const rows: SourceRow["cells"][] = [];
  for await (const { cells } of source.rows(model)) rows.push(cells);
  return rows;
}

function explainChunk(explainer: Explainer, chunk: readonly SourceRow[], name: string): Explanation {
  try {
    return explainer.explain(chunk.map(({ cells }) => cells));
  } catch (error) {
    if (!(error instanceof ShapeError) || error.where.row === undefined) throw asUsage(error, name);
    const { line } = chunk[error.where.row]!;
    throw new UsageError(`${name}, line ${line}: ${error.message.replace(/^row \d+[:,]? ?/, "")}`, {
      cause: error,
    });
  }
}

function idsOf(chunk: readonly SourceRow[], id: string | undefined): string[] | undefined {
  return id === undefined ? undefined : chunk.map((row) => row.id ?? "");
}

/** Says which file a complaint of shap-core is about. */
function named<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw asUsage(error, name);
  }
}

function asUsage(error: unknown, name: string): unknown {
  return error instanceof ShapError ? new UsageError(`${name}: ${error.message}`, { cause: error }) : error;
}
