import { ShapeError } from "shap-core";
import { featureValueText, restLabel } from "./drawing/feature-value.js";
import { columnOfNumbers, type NumberTexts } from "./drawing/numbers.js";
import type { PlotSettings } from "./options.js";
import type { Selection } from "./selection.js";
import { rank, restOf } from "./statistics/importance.js";

/** One reason for a row's output: a feature, or the sum of those that are not shown one by one. */
export interface Reason {
  readonly name: string;
  /** The feature's value as text; absent for the sum of the rest. */
  readonly value?: string;
  readonly contribution: number;
}

/** The only row of a selection, as reasons in order of importance, the rest last. */
export interface OneRow {
  readonly index: number;
  readonly baseValue: number;
  readonly output: number;
  readonly reasons: readonly Reason[];
  readonly numbers: NumberTexts;
  /** Texts of the base value and the output. */
  readonly levels: { readonly base: string; readonly output: string };
}

/**
 * Reads the reasons of the first row of a selection.
 * @throws ShapeError where several rows were chosen
 */
export function oneRow(selection: Selection, settings: PlotSettings, plot: string): OneRow {
  const { rows, values, data, baseValue, featureNames } = selection;
  if (rows !== 1) throw new ShapeError(`${plot} draws one row; ${rows} were chosen with \`row\``);
  const { shown, rest } = rank(values.map(Math.abs), settings.maxDisplay);
  const reasons: Reason[] = shown.map((f) => ({
    name: featureNames[f]!,
    value: featureValueText(settings, featureNames[f]!, data[f]!),
    contribution: values[f]!,
  }));
  if (rest.length > 0) {
    reasons.push({ name: restLabel(rest.length, shown.length), contribution: restOf(selection, rest, 0) });
  }
  const output = selection.outputs[0]!;
  const numbers = columnOfNumbers(Math.max(...reasons.map(({ contribution }) => Math.abs(contribution))));
  return {
    index: selection.rowIndexes[0]!,
    baseValue,
    output,
    reasons,
    numbers,
    levels: levelTexts(baseValue, output),
  };
}

/** The base value and the output, with digits enough to tell them apart. */
function levelTexts(base: number, output: number): { base: string; output: string } {
  const texts = columnOfNumbers(Math.max(Math.abs(base), Math.abs(output)));
  return { base: texts.plain(base), output: texts.plain(output) };
}

/** A reason in words: `credit_score = 612 raises it by 0.98`. */
export function inWords({ name, value, contribution }: Reason, numbers: NumberTexts): string {
  const subject = value === undefined ? name : `${name} = ${value}`;
  if (contribution === 0) return `${subject} changes nothing`;
  return `${subject} ${contribution > 0 ? "raises" : "lowers"} it by ${numbers.plain(Math.abs(contribution))}`;
}

/** What a row's plot shows, in two sentences. */
export function describeRow(row: OneRow): string {
  const largest = row.reasons.slice(0, 5).map((reason) => inWords(reason, row.numbers));
  return `Row ${row.index}: the model's output is ${row.levels.output}, the base value ${row.levels.base}. ${largest.join("; ")}.`;
}
