import type { Explanation } from "../explanation.js";

export interface ColumnOptions {
  /** The explained rows' own values, under the features' names. Default true. */
  readonly data?: boolean;
  /** Standard errors, where there are any. Default true. */
  readonly errors?: boolean;
}

/**
 * `age`, ... the data; `base_value`; `shap:age`, ... the values; `prediction`; `error:age`, ... the standard errors.
 * With several outputs all but the data carry the output's name: `shap:age:class_2`.
 */
export function toColumns(explanation: Explanation, options: ColumnOptions): Map<string, Float64Array> {
  const { data, featureNames, outputNames, values, standardErrors } = explanation;
  const features = featureNames.length;
  const outputs = outputNames.length;
  const columns = new Map<string, Float64Array>();
  const column = (name: string, cell: (row: number) => number) => {
    // Two features of one name, or a feature named as another column, both stay.
    let free = name;
    for (let n = 2; columns.has(free); n++) free = `${name}_${n}`;
    columns.set(
      free,
      Float64Array.from({ length: data.rows }, (_, row) => cell(row)),
    );
  };
  if (options.data ?? true) {
    featureNames.forEach((name, j) => {
      column(name, (row) => data.data[row * features + j]!);
    });
  }
  const predictions = explanation.predictions();
  outputNames.forEach((output, k) => {
    const suffix = outputs === 1 ? "" : `:${output}`;
    column(`base_value${suffix}`, (row) => explanation.baseValue(row, k));
    featureNames.forEach((name, j) => {
      column(`shap:${name}${suffix}`, (row) => values[(row * features + j) * outputs + k]!);
    });
    column(`prediction${suffix}`, (row) => predictions[row * outputs + k]!);
    if (standardErrors === undefined || options.errors === false) return;
    featureNames.forEach((name, j) => {
      column(`error:${name}${suffix}`, (row) => standardErrors[(row * features + j) * outputs + k]!);
    });
  });
  return columns;
}
