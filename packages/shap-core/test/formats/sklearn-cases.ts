import { existsSync, readdirSync, readFileSync } from "node:fs";

const folder = new URL("../../fixtures/sklearn/", import.meta.url);

/** What fixtures/make-sklearn.py wrote of one model. Numbers are rows × outputs, SHAP values rows × features × outputs. */
export interface SklearnCase {
  readonly name: string;
  readonly title: string;
  readonly featureNames: string[];
  readonly rows: (number | string | null)[][];
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
    .map((name) => ({ name, ...JSON.parse(new TextDecoder().decode(caseFile(name, "case.json"))) }));
}

export const caseNamed = (name: string): SklearnCase =>
  JSON.parse(new TextDecoder().decode(caseFile(name, "case.json")));

/** The bytes of a file of a case. */
export function caseFile(name: string, file: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${name}/${file}`, folder)));
}

/** The largest difference between two lists of numbers, relative to the largest number (at least 1). */
export function difference(actual: ArrayLike<number>, expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
  return expected.reduce((largest, value, i) => {
    const error = Math.abs(actual[i]! - value) / scale;
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(largest, error);
  }, 0);
}
