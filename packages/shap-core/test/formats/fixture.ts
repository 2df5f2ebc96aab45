import { readdirSync, readFileSync } from "node:fs";
import {
  type Cell,
  createExplainer,
  type Explanation,
  type LoadModelOptions,
  loadModel,
  type Model,
} from "../../src/index.js";

const root = new URL("../../fixtures/", import.meta.url);

/** One folder of fixtures/: a real model file and what its library says of some rows (see fixtures/cases.py). */
export interface Case {
  readonly name: string;
  readonly about: string;
  readonly library: string;
  readonly files: readonly string[];
  readonly load: LoadModelOptions;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** rows × outputs. */
  readonly raw: readonly (readonly number[])[];
  /** rows × outputs, null where the case has none. */
  readonly predictions: readonly (readonly number[])[] | null;
  /** rows × outputs × (features + 1), the base value last; null where the library gives none. */
  readonly shap: readonly (readonly (readonly number[])[])[] | null;
}

/** The cases of a family, by name. */
export function casesOf(family: string): readonly Case[] {
  const folder = new URL(`${family}/`, root);
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "__pycache__")
    .map(({ name }) => caseOf(family, name));
}

export function caseOf(family: string, name: string): Case {
  return {
    name: `${family}/${name}`,
    ...JSON.parse(readFileSync(fileUrl(`${family}/${name}`, "case.json"), "utf8")),
  };
}

/** The bytes of a case's model file. */
export function fileOf(fixture: Pick<Case, "name">, file: string): Uint8Array {
  return new Uint8Array(readFileSync(fileUrl(fixture.name, file)));
}

/** The model of a case's first file. */
export function modelOf(fixture: Case): Model {
  return loadModel(fileOf(fixture, fixture.files[0]!), fixture.load);
}

const fileUrl = (name: string, file: string) => new URL(`${name}/${file}`, root);

/**
 * The largest difference of rows × outputs numbers, in units of the column's largest number: float32 sums lose
 * digits of the terms, not of a total that happens to be near 0.
 */
export function largestRelativeError(ours: Float64Array, theirs: readonly (readonly number[])[]): number {
  const outputs = theirs[0]!.length;
  let largest = 0;
  for (let k = 0; k < outputs; k++) {
    const scale = Math.max(...theirs.map((row) => Math.abs(row[k]!)), Number.MIN_VALUE);
    theirs.forEach((row, r) => {
      largest = Math.max(largest, Math.abs(ours[r * outputs + k]! - row[k]!) / scale);
    });
  }
  return largest;
}

/** As largestRelativeError for SHAP values and base values together, in units of the largest of an output. */
export function largestShapError(explanation: Explanation, theirs: NonNullable<Case["shap"]>): number {
  const features = explanation.featureNames.length;
  const outputs = explanation.outputNames.length;
  let largest = 0;
  for (let k = 0; k < outputs; k++) {
    const scale = Math.max(...theirs.map((row) => Math.max(...row[k]!.map(Math.abs))), Number.MIN_VALUE);
    theirs.forEach((row, r) => {
      row[k]!.forEach((value, j) => {
        const ours =
          j < features ? explanation.values[(r * features + j) * outputs + k]! : explanation.baseValues[k]!;
        largest = Math.max(largest, Math.abs(ours - value) / scale);
      });
    });
  }
  return largest;
}

/** The largest |base value + Σ values − raw output|, in units of the largest raw output. */
export function largestAdditivityError(explanation: Explanation, model: Model): number {
  const features = explanation.featureNames.length;
  const outputs = explanation.outputNames.length;
  const raw = model.predict(explanation.data).values;
  const scale = raw.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
  let largest = 0;
  raw.forEach((margin, index) => {
    const [r, k] = [Math.floor(index / outputs), index % outputs];
    let sum = explanation.baseValues[k]!;
    for (let j = 0; j < features; j++) sum += explanation.values[(r * features + j) * outputs + k]!;
    largest = Math.max(largest, Math.abs(sum - margin) / scale);
  });
  return largest;
}

export const explain = (model: Model, fixture: Case): Explanation =>
  createExplainer(model).explain(fixture.rows);
