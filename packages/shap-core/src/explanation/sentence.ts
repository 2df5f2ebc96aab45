import type { Explanation } from "../explanation.js";

export interface SentenceOptions {
  /** Reasons told; default 5. */
  readonly maxDisplay?: number;
  /** Which output, by name or place; default: each in turn. */
  readonly output?: string | number;
}

export function describeExplanation(explanation: Explanation, options: SentenceOptions): string {
  const chosen = options.output === undefined ? explanation : explanation.output(options.output);
  if (chosen.data.rows !== 1) return describeMany(chosen, options);
  return chosen.outputNames.map((_, k) => describeRow(chosen, k, options)).join("\n");
}

/** The prediction of approve is 1.42, 0.93 above the base value of 0.49: income = 23,000 raised it by 0.61, ... */
function describeRow(explanation: Explanation, k: number, { maxDisplay = 5 }: SentenceOptions): string {
  const { featureNames, outputNames, values, data } = explanation;
  const outputs = outputNames.length;
  const reasons = featureNames
    .map((name, j) => ({ name, value: values[j * outputs + k]!, datum: data.data[j]! }))
    .filter(({ value }) => value !== 0)
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const base = explanation.baseValue(0, k);
  const remainder = explanation.remainder?.[k] ?? 0;
  const rise = reasons.reduce((sum, { value }) => sum + value, remainder);
  const subject =
    outputs === 1 && outputNames[0] === "output" ? "The prediction" : `The prediction of ${outputNames[k]}`;
  const distance = rise === 0 ? "exactly" : `${formatNumber(Math.abs(rise))} ${rise > 0 ? "above" : "below"}`;
  const opening = `${subject} is ${formatNumber(base + rise)}, ${distance} the base value of ${formatNumber(base)}`;
  if (reasons.length === 0 && remainder === 0) return `${opening}: no feature moved it.`;
  const told = reasons.slice(0, maxDisplay).map(({ name, value, datum }) => {
    const shown = Number.isNaN(datum) ? `${name} (missing)` : `${name} = ${formatNumber(datum)}`;
    return `${shown} ${moved(value)}`;
  });
  const rest = reasons.slice(maxDisplay);
  if (rest.length > 0) {
    const together = rest.reduce((sum, { value }) => sum + value, 0);
    const who = rest.length === 1 ? "one more feature" : `${rest.length} more features together`;
    told.push(`${who} ${moved(together)}`);
  }
  if (remainder !== 0) told.push(`what is not shown here ${moved(remainder)}`);
  return `${opening}: ${listed(told)}.`;
}

function describeMany(explanation: Explanation, { maxDisplay = 5 }: SentenceOptions): string {
  const { data, featureNames, outputNames } = explanation;
  const what = `Explanation of ${plural(data.rows, "row")} by ${plural(featureNames.length, "feature")}`;
  const of = outputNames.length === 1 ? "" : ` for ${outputNames.length} outputs`;
  if (data.rows === 0) return `${what}${of}.`;
  const top = explanation
    .importance()
    .top(maxDisplay)
    .map(({ feature, value }) => `${feature} (${formatNumber(value)})`);
  return `${what}${of}. On average the largest effects come from ${listed(top)}.`;
}

function moved(value: number): string {
  if (value === 0) return "left it as it was";
  return `${value > 0 ? "raised" : "lowered"} it by ${formatNumber(Math.abs(value))}`;
}

function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** Four significant digits, whole numbers whole; thousands apart; the same in every locale. */
function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) return value.toExponential(3).replace("e+", "e");
  const digits = Number.isInteger(value) ? 0 : Math.max(0, 3 - exponentOf(size));
  const [whole = "", fraction = ""] = value.toFixed(Math.min(digits, 8)).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const trimmed = fraction.replace(/0+$/, "");
  return trimmed === "" ? grouped : `${grouped}.${trimmed}`;
}

const exponentOf = (size: number): number => Number(size.toExponential().split("e")[1]);
