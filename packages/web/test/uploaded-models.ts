import { readFileSync } from "node:fs";
import { createExplainer, loadModel, type Model, type ModelExplainerOptions } from "shap-core";
import { finished, post, postCsv } from "./service.js";

const fixtures = new URL("../../shap-core/fixtures/", import.meta.url);

/** A real model file of the fixtures. */
export const fixture = (path: string): Buffer<ArrayBuffer> => readFileSync(new URL(path, fixtures));

export const put = (
  url: string,
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(`${url}/v1/models/${path}`, {
    method: "PUT",
    headers: { "content-type": "application/octet-stream", ...headers },
    body,
  });

/** Numbers for every feature of a model, some missing where `gaps` are allowed. */
export function rowsFor(model: Model, count: number, gaps = true): (number | null)[][] {
  return Array.from({ length: count }, (_, r) =>
    model.featureNames.map((_, c) => (gaps && (r + c) % 7 === 0 ? null : ((r * 37 + c * 11) % 101) / 7)),
  );
}

export const csvOf = (model: Model, rows: (number | null)[][]): string =>
  [model.featureNames.join(","), ...rows.map((row) => row.map((cell) => cell ?? "").join(","))].join("\n");

interface Values {
  readonly baseValues: number[];
  readonly values: unknown;
}

/** What the library itself says of a file. */
export function explained(
  file: Uint8Array,
  rows: (number | null)[][],
  options: ModelExplainerOptions = {},
): Values {
  const { baseValues, values } = createExplainer(loadModel(file), options).explain(rows);
  return { baseValues: Array.from(baseValues), values: Array.from(values) };
}

/** What a direct request is answered, as flat as the library has it. */
export async function askedDirectly(
  url: string,
  name: string,
  rows: (number | null)[][],
  options: object = {},
): Promise<Values> {
  const response = await post(`${url}/v1/models/${name}/explain`, { rows, ...options });
  const body = (await response.json()) as { baseValues: number[]; values: unknown[] };
  if (response.status !== 200) throw new Error(JSON.stringify(body));
  return { baseValues: body.baseValues, values: body.values.flat(3) };
}

/** Submits a job. */
export async function submitted(
  url: string,
  name: string,
  csv: string,
  query = "",
): Promise<Record<string, unknown> & { id: string }> {
  const response = await postCsv(`${url}/v1/jobs?model=${name}${query}`, csv);
  const job = (await response.json()) as Record<string, unknown> & { id: string };
  if (response.status !== 202) throw new Error(JSON.stringify(job));
  return job;
}

/** The numbers of a job's result once it has ended. */
export async function resultOf(url: string, id: string): Promise<Values & { model: unknown }> {
  const job = await finished(url, id);
  if (job.state !== "completed") throw new Error(JSON.stringify(job));
  const response = await fetch(`${url}/v1/jobs/${id}/result`, { headers: { accept: "application/json" } });
  const { baseValues, values, model } = (await response.json()) as {
    baseValues: number[];
    values: unknown[];
    model: unknown;
  };
  return { baseValues, values: values.flat(3), model };
}
