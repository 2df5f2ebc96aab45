import { Explanation } from "shap-core";
import { bar, beeswarm, decision, force, heatmap, scatter, violin, waterfall } from "shap-plots";
import { UsageError } from "../exit-code.js";
import type { TextOutput } from "../output-file.js";

export const plotNames = [
  "bar",
  "beeswarm",
  "decision",
  "force",
  "heatmap",
  "scatter",
  "violin",
  "waterfall",
] as const;
const plots = { bar, beeswarm, decision, force, heatmap, violin, waterfall };
export type PlotName = (typeof plotNames)[number];

export interface PlotChoice {
  readonly name: PlotName;
  /** For scatter. */
  readonly feature?: string;
  /** For waterfall, and others that draw one row; counted from 0. */
  readonly row?: number;
  /** For models of several outputs; default the first. */
  readonly outputName?: string;
}

/** Rows a plot is made of; of a longer file every 2nd, 4th, 8th, ... row is drawn. */
const MOST_ROWS = 10_000;

/** Keeps the explained rows, thinned out evenly where there are many, and draws them at the end. */
export class SvgWriter {
  private readonly kept: Explanation[] = [];
  private keptRows = 0;
  private stride = 1;
  private seen = 0;

  constructor(
    private readonly output: TextOutput,
    private readonly plot: PlotChoice,
    private readonly note: (text: string) => void,
  ) {}

  async write(explanation: Explanation): Promise<void> {
    const first = this.seen;
    this.seen += explanation.data.rows;
    if (this.plot.row !== undefined) {
      const row = this.plot.row - first;
      if (row >= 0 && row < explanation.data.rows) this.kept.push(explanation.row(row));
      return;
    }
    const chosen = explanation.select({ rows: (row) => (first + row) % this.stride === 0 });
    this.kept.push(chosen);
    this.keptRows += chosen.data.rows;
    while (this.keptRows > MOST_ROWS) this.thin();
  }

  async finish(): Promise<void> {
    if (this.seen === 0) throw new UsageError("there are no rows to draw");
    const { name, row, feature, outputName } = this.plot;
    if (this.kept.length === 0)
      throw new UsageError(`there is no row ${row}; the file has ${this.seen}, counted from 0`);
    if (this.stride > 1) this.note(`${name}: drawn from every ${this.stride}th of ${this.seen} rows`);
    const explanation = concatenated(this.kept);
    const output = outputName ?? 0;
    if (name !== "scatter") return this.output.write(plots[name](explanation, { output }));
    if (feature === undefined) throw new UsageError("scatter needs --feature NAME");
    await this.output.write(scatter(explanation, { feature, output }));
  }

  /** Every second of the kept rows. */
  private thin(): void {
    const all = concatenated(this.kept).select({ rows: (row) => row % 2 === 0 });
    this.kept.splice(0, this.kept.length, all);
    this.keptRows = all.data.rows;
    this.stride *= 2;
  }
}

function concatenated(parts: readonly Explanation[]): Explanation {
  const [first] = parts as [Explanation];
  if (parts.length === 1) return first;
  const join = (arrays: readonly Float64Array[]) => {
    const joined = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const array of arrays) {
      joined.set(array, offset);
      offset += array.length;
    }
    return joined;
  };
  return new Explanation({
    values: join(parts.map(({ values }) => values)),
    baseValues: first.baseValues,
    data: {
      data: join(parts.map(({ data }) => data.data)),
      rows: parts.reduce((sum, { data }) => sum + data.rows, 0),
      columns: first.data.columns,
    },
    featureNames: first.featureNames,
    outputNames: first.outputNames,
  });
}
