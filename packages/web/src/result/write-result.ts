import { type ChunkStore, decodeResultChunk, type Job, type ResultChunk } from "@shap-service/jobs";
import { writeArrow } from "./result-arrow.js";
import { csvHeader, csvRows } from "./result-csv.js";
import { idsOf, jsonHead, predictionsOf, valuesOf } from "./result-json.js";
import { shortest } from "./shortest.js";

/** Opens the chunks of a completed job in the order of its rows, one in memory at a time. May be called again. */
export type OpenChunks = () => AsyncIterable<ResultChunk>;

export function chunksOf(job: Job, store: ChunkStore): OpenChunks {
  return async function* () {
    for (let index = 0; index < (job.chunks ?? 0); index++) {
      const bytes = await store.get(job.id, "out", index);
      if (bytes === undefined) throw new Error(`chunk ${index} of job ${job.id} is gone`);
      yield decodeResultChunk(bytes, job.idColumns.length, job.outputNames.length);
    }
  };
}

/**
 * The forms a result is written in, by media type; the first is the default. Each reads a chunk before it writes anything:
 * a result that is lost can be answered with a problem.
 */
export const resultWriters = {
  "text/csv": writeCsv,
  "application/x-ndjson": writeNdjson,
  "application/json": writeJson,
  "application/vnd.apache.arrow.stream": writeArrow,
  "application/vnd.apache.parquet": writeParquet,
} as const satisfies Record<string, (job: Job, open: OpenChunks) => AsyncGenerator<ResultPart>>;

/** What a writer gives: text of UTF-8, or bytes. */
export type ResultPart = string | Uint8Array;

export type ResultType = keyof typeof resultWriters;
export const resultTypes = Object.keys(resultWriters) as ResultType[];

/** Its library is loaded with the first such result. */
async function* writeParquet(job: Job, open: OpenChunks): AsyncGenerator<ResultPart> {
  const writer = await import("./result-parquet.js");
  yield* writer.writeParquet(job, open);
}

async function* writeCsv(job: Job, open: OpenChunks): AsyncGenerator<ResultPart> {
  let begun = false;
  for await (const chunk of shortest(open)()) {
    if (!begun) yield csvHeader(job);
    begun = true;
    yield csvRows(chunk);
  }
}

/** A line a row: `{ids?, predictions, baseValues, values}`. */
async function* writeNdjson(job: Job, open: OpenChunks): AsyncGenerator<string> {
  for await (const chunk of shortest(open)()) {
    const { baseValues } = chunk;
    yield eachRow(chunk, (r) => {
      const ids = job.idColumns.length === 0 ? {} : { ids: idsOf(chunk, r) };
      const values = valuesOf(job, chunk, r);
      return `${JSON.stringify({ ...ids, predictions: predictionsOf(chunk, r), baseValues, values })}\n`;
    }).join("");
  }
}

/** One object, shaped as a direct explanation; its arrays are written one after the other, each from the store. */
async function* writeJson(job: Job, openAsKept: OpenChunks): AsyncGenerator<string> {
  const open = shortest(openAsKept);
  let baseValues: readonly number[] = [];
  for await (const chunk of open()) {
    baseValues = chunk.baseValues;
    break;
  }
  yield jsonHead(job, baseValues);
  if (job.idColumns.length > 0) yield* jsonArray("ids", open, idsOf);
  yield* jsonArray("predictions", open, predictionsOf);
  yield* jsonArray("values", open, (chunk, r) => valuesOf(job, chunk, r));
  yield "}\n";
}

async function* jsonArray(
  name: string,
  open: OpenChunks,
  element: (chunk: ResultChunk, r: number) => unknown,
): AsyncGenerator<string> {
  yield `,"${name}":[`;
  let begun = false;
  for await (const chunk of open()) {
    const elements = eachRow(chunk, (r) => JSON.stringify(element(chunk, r)));
    yield `${begun ? "," : ""}${elements.join(",")}`;
    begun = true;
  }
  yield "]";
}

const eachRow = <T>(chunk: ResultChunk, f: (r: number) => T): T[] =>
  Array.from({ length: chunk.rows }, (_, r) => f(r));
