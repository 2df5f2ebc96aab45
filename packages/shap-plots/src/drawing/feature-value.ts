import type { PlotSettings } from "../options.js";
import { numberText } from "./numbers.js";

/** What stands for a value that is missing. */
export const MISSING = "missing";

/** A feature's value as people read it: with its unit, a category by its name, NaN as `missing`. */
export function featureValueText(settings: PlotSettings, featureName: string, value: number): string {
  if (Number.isNaN(value)) return MISSING;
  const category = own(settings.categories, featureName)?.[value];
  if (category !== undefined) return category;
  const unit = own(settings.units, featureName);
  const text = numberText(value);
  if (unit === undefined || unit === "") return text;
  if (/^\p{Sc}$/u.test(unit)) return text.startsWith("−") ? `−${unit}${text.slice(1)}` : unit + text;
  return /^[%°‰]/.test(unit) ? text + unit : `${text} ${unit}`;
}

/** A feature's name with its unit, for axes: `loan_amount ($)`. */
export function featureAxisLabel(settings: PlotSettings, featureName: string): string {
  const unit = own(settings.units, featureName);
  return unit === undefined || unit === "" ? featureName : `${featureName} (${unit})`;
}

/** What the horizontal axis of contributions means. */
export function contributionLabel(settings: PlotSettings, outputName: string | undefined): string {
  const target = outputName === undefined ? "model output" : `output ${outputName}`;
  const unit = settings.outputUnit === undefined ? "" : `, ${settings.outputUnit}`;
  return `SHAP value (impact on ${target}${unit})`;
}

/** What an axis of the model's output means. */
export function outputLabel(settings: PlotSettings, outputName: string | undefined): string {
  const target = outputName === undefined ? "model output" : `output ${outputName}`;
  return settings.outputUnit === undefined ? target : `${target} (${settings.outputUnit})`;
}

/** `Sum of 491 other features`; where nothing is shown one by one, `Sum of 500 features`. */
export function restLabel(rest: number, shown: number): string {
  return `Sum of ${rest} ${shown === 0 ? "" : "other "}features`;
}

/** A name may be `constructor`: only what the user gave counts. */
function own<T>(byName: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(byName, name) ? byName[name] : undefined;
}
