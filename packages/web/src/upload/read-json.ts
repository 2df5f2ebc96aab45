import type { Readable } from "node:stream";
import { ProblemError } from "../http/problem.js";
import type { ColumnWish } from "./column-plan.js";
import { JsonCutter } from "./json-cutter.js";
import { PartialText } from "./partial-text.js";
import { readObjects } from "./read-objects.js";
import type { BatchShape, RowBatch } from "./row-batch.js";

const LINE_END = 0x0a;

/** One JSON value a line. */
export function readNdjson(source: Readable, shape: BatchShape & ColumnWish): AsyncGenerator<RowBatch> {
  return readObjects(ndjsonRows(source), shape);
}

/** An array of rows, or an object whose `rows` is one; parsed as it arrives. */
export function readJson(source: Readable, shape: BatchShape & ColumnWish): AsyncGenerator<RowBatch> {
  return readObjects(jsonRows(source), shape);
}

async function* ndjsonRows(source: Readable): AsyncGenerator<Iterable<unknown>> {
  const partial = new PartialText();
  let line = 1;
  function* values(bytes: Uint8Array, isLast: boolean): Generator<unknown> {
    let at = 0;
    for (;;) {
      const found = bytes.indexOf(LINE_END, at);
      const end = found < 0 && isLast ? bytes.length : found;
      if (end < 0) return partial.add(bytes.subarray(at), line);
      const text = partial.take(bytes.subarray(at, end), line).replace(/^\uFEFF/, "");
      if (text.trim() !== "") yield parse(text, `line ${line}`);
      if (found < 0) return;
      line++;
      at = end + 1;
    }
  }
  for await (const bytes of partsOf(source)) yield values(bytes, false);
  yield values(new Uint8Array(), true);
}

async function* jsonRows(source: Readable): AsyncGenerator<Iterable<unknown>> {
  const cutter = new JsonCutter();
  let row = 1;
  function* values(bytes: Uint8Array): Generator<unknown> {
    for (const text of cutter.cut(bytes)) yield parse(text, `row ${row++}`);
  }
  for await (const bytes of partsOf(source)) yield values(bytes);
  cutter.end();
}

/** A fault ends the reading, not the socket: the answer goes over it. */
const partsOf = (source: Readable): AsyncIterable<Uint8Array> =>
  source.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ProblemError("bad-json", `${where}: ${(error as Error).message}`);
  }
}
