import type { Cell, Model } from "shap-core";
import { nearestName } from "shap-core";
import { UsageError } from "./exit-code.js";

/** Cells that say "no value", in any case. */
const MISSING = new Set(["", "na", "n/a", "nan", "null", "none", "?"]);

/**
 * Checks that a file's columns are the model's features.
 * @throws UsageError naming the columns that are too many or too few
 */
export function checkColumns(columns: readonly string[], model: Model, where: string): void {
  const repeated = columns.find((name, i) => columns.indexOf(name) !== i);
  if (repeated !== undefined)
    throw new UsageError(`${where}: two columns are named ${JSON.stringify(repeated)}`);
  const unknown = columns.filter((name) => !model.featureNames.includes(name));
  if (unknown.length > 0) {
    const near = nearestName(unknown[0]!, model.featureNames);
    const hint = near === undefined ? "" : `; did you mean ${JSON.stringify(near)}?`;
    throw new UsageError(
      `${where}: ${quotedList(unknown)} ${unknown.length === 1 ? "is" : "are"} no feature of the model${hint} ` +
        `Leave out what the model does not use with --ignore, or carry a row's name along with --id`,
    );
  }
  const absent = model.featureNames.filter((name) => !columns.includes(name));
  if (absent.length > 0) {
    throw new UsageError(
      `${where}: no column ${quotedList(absent)}; a column may be empty, but it must be there` +
        (absent.length === model.featureNames.length
          ? " (for a file without a header line: --no-header)"
          : ""),
    );
  }
}

function quotedList(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => JSON.stringify(name));
  return names.length > 5 ? `${shown.join(", ")} and ${names.length - 5} more` : shown.join(", ");
}

/** A text cell as the model takes it: a category's name stays text, all else becomes a number where it is one. */
export function readCell(text: string, categories: readonly string[] | undefined): Cell {
  const trimmed = text.trim();
  if (categories?.includes(trimmed)) return trimmed;
  if (MISSING.has(trimmed.toLowerCase())) return null;
  const number = Number(trimmed);
  return Number.isNaN(number) ? trimmed : number;
}
