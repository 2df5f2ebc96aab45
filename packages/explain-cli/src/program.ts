import { extname } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { ShapError } from "shap-core";
import { CancelledError, exitCodes, type Streams, UsageError } from "./exit-code.js";
import { type ExplainFileOptions, explainFile } from "./explain-file.js";
import { ProgressBar } from "./progress-bar.js";
import { type ResultFormat, resultFormats } from "./result-writer.js";
import { type PlotName, plotNames } from "./writers/svg.js";

interface Flags extends Omit<ExplainFileOptions, "model" | "rows" | "to" | "plot"> {
  readonly to?: ResultFormat;
  readonly plot?: PlotName;
  readonly feature?: string;
  readonly row?: number;
  readonly outputName?: string;
  readonly quiet?: boolean;
}

/** The command line; the promise is the exit code. */
export async function run(argv: readonly string[], streams: Streams = process): Promise<number> {
  let code: number = exitCodes.done;
  const program = new Command("shap-core")
    .description("Exact Shapley values for model files.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      writeErr: (text) => streams.stderr.write(text),
    });
  program
    .command("explain")
    .description(
      "Explain every row of a file with a model file. Memory holds a chunk of rows, whatever the file's size.",
    )
    .argument("<model>", "model file: XGBoost, LightGBM, CatBoost, scikit-learn, ...")
    .argument("<rows>", "CSV with a header line, NDJSON (.ndjson, .jsonl), or - for CSV on standard input")
    .option("--background <file>", 'rows that stand for "feature unknown", as the rows; trees do without')
    .addOption(
      new Option("--perturbation <how>", "how unknown features are treated")
        .choices(["auto", "interventional", "tree_path_dependent", "correlation_dependent"])
        .default("auto"),
    )
    .addOption(
      new Option("--output <which>", "what is explained").choices(["raw", "probability"]).default("raw"),
    )
    .addOption(
      new Option("--to <format>", "format of the result (default: by the name of --out, else csv)").choices(
        resultFormats,
      ),
    )
    .addOption(new Option("--plot <name>", "with --to svg (default: beeswarm)").choices(plotNames))
    .option("--feature <name>", "the feature a scatter plot shows")
    .option("--row <n>", "draw this row alone, counted from 0", wholeNumber(0))
    .option("--output-name <name>", "which output of several is drawn (default: the first)")
    .option("--out <file>", "where the result goes (default: standard output)")
    .option("--id <column>", "a column that names the row: copied to the result, not explained")
    .option("--ignore <columns...>", "columns that are no features")
    .option("--no-header", "the CSV has no header line: its columns are the model's features in order")
    .option("--model-format <format>", "format of the model file, where it cannot be told", "auto")
    .option("--chunk-size <n>", "rows explained at a time", wholeNumber(1), 1000)
    .option("--quiet", "no progress bar")
    .action(async (model: string, rows: string, flags: Flags) => {
      code = await explain(model, rows, flags, streams);
    });
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    // Commander has said what was wrong; help and version are no errors.
    return (error as { exitCode?: number }).exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  return code;
}

async function explain(model: string, rows: string, flags: Flags, streams: Streams): Promise<number> {
  const stop = new AbortController();
  const interrupt = () => stop.abort(new CancelledError("stopped"));
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  const bar = new ProgressBar(streams.stderr, !flags.quiet);
  try {
    await explainFile({ ...flags, model, rows, ...resultOf(flags) }, bar, stop.signal, streams);
    return exitCodes.done;
  } catch (error) {
    bar.clear();
    return report(error, streams);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

function resultOf({
  to,
  out,
  plot,
  feature,
  row,
  outputName,
}: Flags): Pick<ExplainFileOptions, "to" | "plot"> {
  const extension = out === undefined ? "" : extname(out).slice(1).toLowerCase();
  const byName = resultFormats.find((format) => format === (extension === "jsonl" ? "ndjson" : extension));
  const format = to ?? (plot === undefined ? (byName ?? "csv") : "svg");
  if (plot !== undefined && format !== "svg")
    throw new UsageError(`--plot draws; it does not go with --to ${format}`);
  // A waterfall is of one row.
  const shown = row ?? (plot === "waterfall" ? 0 : undefined);
  return { to: format, plot: { name: plot ?? "beeswarm", feature, row: shown, outputName } };
}

function report(error: unknown, { stderr }: Streams): number {
  if (error instanceof CancelledError) {
    stderr.write("shap-core: stopped; nothing was written\n");
    return exitCodes.cancelled;
  }
  const usage = error instanceof UsageError || error instanceof ShapError;
  const text = usage || !(error instanceof Error) ? String((error as Error).message ?? error) : error.stack;
  stderr.write(`shap-core: ${text}\n`);
  return usage ? exitCodes.usage : exitCodes.unexpected;
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least}`);
  };
}
