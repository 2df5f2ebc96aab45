import type { Job, ResultChunk } from "@shap-service/jobs";

/** What comes before the rows' numbers: the same names as a direct explanation's, so that one reader serves both. */
export function jsonHead(job: Job, baseValues: readonly number[]): string {
  const { model, featureNames, outputNames, idColumns } = job;
  return JSON.stringify({ model, featureNames, outputNames, idColumns, baseValues }).slice(0, -1);
}

/** The texts of the carried columns of row `r`. */
export const idsOf = (chunk: ResultChunk, r: number): string[] => chunk.ids.map((column) => column[r]!);

/** The predictions of row `r`, one an output. */
export const predictionsOf = (chunk: ResultChunk, r: number): (number | null)[] =>
  chunk.predictions.map((column) => finite(column[r]!));

/** The values of row `r`: features, or features × outputs. */
export function valuesOf(job: Job, chunk: ResultChunk, r: number): (number | null | (number | null)[])[] {
  const outputs = job.outputNames.length;
  const numbers = chunk.values.map((column) => finite(column[r]!));
  if (outputs === 1) return numbers;
  return job.featureNames.map((_, j) => numbers.slice(j * outputs, (j + 1) * outputs));
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
