import { ShapeError } from "../errors.js";
import type { Explanation, ExplanationData } from "../explanation.js";
import type { Evaluations } from "../sampling/row-evaluator.js";

/** A number as JSON can hold it: null is NaN (missing), text is what JSON has no number for. */
export type JsonNumber = number | null | "Infinity" | "-Infinity" | "-0";

/** What `Explanation.toJSON` gives. */
export interface ExplanationJson {
  readonly shape: readonly number[];
  readonly values: readonly JsonNumber[];
  readonly baseValues: readonly JsonNumber[];
  readonly data: readonly JsonNumber[];
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly rowBaseValues?: readonly JsonNumber[];
  readonly remainder?: readonly JsonNumber[];
  readonly standardErrors?: readonly JsonNumber[];
  readonly evaluations?: Readonly<Evaluations>;
}

export function toJson(explanation: Explanation): ExplanationJson {
  const { rowBaseValues, remainder, standardErrors, evaluations } = explanation;
  return {
    shape: explanation.shape,
    values: encode(explanation.values),
    baseValues: encode(explanation.baseValues),
    data: encode(explanation.data.data),
    featureNames: explanation.featureNames,
    outputNames: explanation.outputNames,
    ...(rowBaseValues && { rowBaseValues: encode(rowBaseValues) }),
    ...(remainder && { remainder: encode(remainder) }),
    ...(standardErrors && { standardErrors: encode(standardErrors) }),
    ...(evaluations && { evaluations }),
  };
}

/** @throws ShapeError where an entry is no number */
export function fromJson(json: ExplanationJson): ExplanationData {
  const [rows = 0] = json.shape;
  return {
    values: decode("values", json.values),
    baseValues: decode("baseValues", json.baseValues),
    data: { data: decode("data", json.data), rows, columns: json.featureNames.length },
    featureNames: json.featureNames,
    outputNames: json.outputNames,
    rowBaseValues: json.rowBaseValues && decode("rowBaseValues", json.rowBaseValues),
    remainder: json.remainder && decode("remainder", json.remainder),
    standardErrors: json.standardErrors && decode("standardErrors", json.standardErrors),
    evaluations: json.evaluations,
  };
}

function encode(numbers: Float64Array): JsonNumber[] {
  return Array.from(numbers, (value) => {
    if (Number.isNaN(value)) return null;
    if (Object.is(value, -0)) return "-0";
    if (value === Number.POSITIVE_INFINITY) return "Infinity";
    return value === Number.NEGATIVE_INFINITY ? "-Infinity" : value;
  });
}

function decode(field: string, numbers: readonly JsonNumber[]): Float64Array {
  return Float64Array.from(numbers, (value, i) => {
    if (typeof value === "number") return value;
    if (value === null) return Number.NaN;
    if (value === "Infinity" || value === "-Infinity" || value === "-0") return Number(value);
    throw new ShapeError(
      `an explanation's JSON, ${field}[${i}]: expected a number, got ${JSON.stringify(value)}`,
    );
  });
}
