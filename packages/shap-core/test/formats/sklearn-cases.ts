import { existsSync, readdirSync, readFileSync } from "node:fs";
import { type Cell, type Explanation, loadModel, type Model } from "../../src/index.js";

const folder = new URL("../../fixtures/sklearn/", import.meta.url);

/** What fixtures/make-sklearn.py wrote of one model. Numbers are rows × outputs, SHAP values rows × features × outputs. */
export interface SklearnCase {
  readonly name: string;
  readonly title: string;
  readonly featureNames: string[];
  readonly rows: Cell[][];
  readonly raw: number[][];
  readonly prediction: number[][];
  /** What ONNX Runtime gives for each ONNX file, in float32. */
  readonly runtimes: Record<string, number[][]>;
  readonly shap?: { values: number[][][]; baseValues: number[]; source: string; wrong: boolean };
  readonly shapRefuses?: string;
}

/** Every case that has a file of this name. */
export function casesWith(file: string): SklearnCase[] {
  return readdirSync(folder)
    .sort()
    .filter((name) => existsSync(new URL(`${name}/${file}`, folder)))
    .map(caseNamed);
}

export const caseNamed = (name: string): SklearnCase => ({
  name,
  ...JSON.parse(new TextDecoder().decode(caseFile(name, "case.json"))),
});

/** The bytes of a file of a case. */
export function caseFile(name: string, file: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${name}/${file}`, folder)));
}

export const modelOf = (fixture: Pick<SklearnCase, "name">, file: string): Model =>
  loadModel(caseFile(fixture.name, file));

/** The case's rows with the columns a model has: JPMML leaves out the features that no split asks for. */
export function rowsFor(model: Model, { rows, featureNames }: SklearnCase): Cell[][] {
  const columns = model.featureNames.map((name) => featureNames.indexOf(name));
  return rows.map((row) => columns.map((column) => row[column]));
}

export const raw = (model: Model, rows: Cell[][]): Float64Array => model.predict(rows).values;

export const prediction = (model: Model, rows: Cell[][]): Float64Array =>
  model.predict(rows, { output: "probability" }).values;

/** The largest difference between two lists of numbers, relative to the largest number (at least 1). */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let scale = 1;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    const error = Math.abs(actual[i]! - expected[i]!);
    largest = Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(largest, error);
  }
  return largest / scale;
}

/** The largest |base value + Σ values − raw output|, relative to the largest raw output (at least 1). */
export function additivityError({ values, baseValues, data }: Explanation, model: Model): number {
  const outputs = baseValues.length;
  const sums = new Float64Array(data.rows * outputs).map((_, i) => baseValues[i % outputs]!);
  values.forEach((value, i) => {
    sums[Math.floor(i / (data.columns * outputs)) * outputs + (i % outputs)]! += value;
  });
  return difference(sums, model.predict(data).values);
}
