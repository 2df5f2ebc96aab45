import type { Explanation, JsonNumber } from "shap-core";

/**
 * One row as JSON: `{ id?, prediction, baseValue, values: { feature: value } }`; with several outputs `prediction`,
 * `baseValue` and each value are objects by output name. Numbers that JSON has not are as in `Explanation.toJSON`.
 */
export function rowObjects(
  explanation: Explanation,
  idColumn: string | undefined,
  ids: readonly string[] | undefined,
): object[] {
  const { data, featureNames, outputNames, values } = explanation;
  const outputs = outputNames.length;
  const predictions = explanation.predictions();
  const byOutput = (number: (k: number) => number) =>
    outputs === 1
      ? json(number(0))
      : Object.fromEntries(outputNames.map((name, k) => [name, json(number(k))]));
  return Array.from({ length: data.rows }, (_, r) => ({
    ...(ids && { [idColumn ?? "id"]: ids[r] }),
    prediction: byOutput((k) => predictions[r * outputs + k]!),
    baseValue: byOutput((k) => explanation.baseValue(r, k)),
    values: Object.fromEntries(
      featureNames.map((name, j) => [
        name,
        byOutput((k) => values[(r * featureNames.length + j) * outputs + k]!),
      ]),
    ),
  }));
}

function json(value: number): JsonNumber {
  if (Number.isNaN(value)) return null;
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? value : value > 0 ? "Infinity" : "-Infinity";
}
