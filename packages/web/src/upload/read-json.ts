import { Readable, type Transform } from "node:stream";
import { types } from "node:util";
import streamJson from "stream-json";
import StreamPick from "stream-json/filters/Pick.js";
import StreamArray from "stream-json/streamers/StreamArray.js";
import { ProblemError } from "../http/problem.js";
import type { ColumnWish } from "./column-plan.js";
import { readObjects } from "./read-objects.js";
import type { BatchShape, RowBatch } from "./row-batch.js";

/** A line may be this long. */
const MAX_LINE = 4 * 1024 * 1024;

/** One JSON value a line. */
export function readNdjson(source: Readable, shape: BatchShape & ColumnWish): AsyncGenerator<RowBatch> {
  return readObjects(ndjsonValues(source), shape);
}

/** An array of rows, or an object whose `rows` is one; parsed as it arrives. */
export function readJson(source: Readable, shape: BatchShape & ColumnWish): AsyncGenerator<RowBatch> {
  return readObjects(jsonRows(source), shape);
}

async function* ndjsonValues(source: Readable): AsyncGenerator<unknown> {
  const decoder = new TextDecoder("utf-8");
  let rest = "";
  let line = 0;
  // A fault ends the reading, not the socket: the answer goes over it.
  for await (const bytes of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop()!;
    if (rest.length > MAX_LINE)
      throw new ProblemError("bad-json", `line ${line + lines.length + 1} is too long`);
    for (const text of lines) {
      line++;
      if (text.trim() !== "") yield parseLine(text, line);
    }
  }
  if (rest.trim() !== "") yield parseLine(rest, line + 1);
}

function parseLine(text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ProblemError("bad-json", `line ${line}: ${(error as Error).message}`);
  }
}

async function* jsonRows(source: Readable): AsyncGenerator<unknown> {
  const { first, bytes } = await peek(source);
  if (first === undefined) return;
  if (first !== "[" && first !== "{")
    throw new ProblemError("bad-json", 'expected [ … ] or { "rows": [ … ] }');
  const input = Readable.from(bytes, { objectMode: false });
  const parser = streamJson.parser({ packValues: true, streamValues: false });
  const rows = StreamArray.streamArray();
  const picked = first === "{" ? [StreamPick.pick({ filter: "rows", once: true })] : [];
  const stages = [input, parser, ...picked, rows];
  for (const [i, stage] of stages.entries()) {
    stage.on("error", (error) => rows.destroy(error));
    if (i > 0) stages[i - 1]!.pipe(stage as Transform);
  }
  try {
    for await (const { value } of rows as AsyncIterable<{ value: unknown }>) yield value;
  } catch (error) {
    // The parser's errors have no code; those of the connection and of gzip do.
    const ofParser = types.isNativeError(error) && !("code" in error) && !(error instanceof ProblemError);
    throw ofParser ? new ProblemError("bad-json", error.message) : error;
  }
}

/** The first character that is no white space, and all the bytes from it on. A fault does not end the socket. */
async function peek(
  source: Readable,
): Promise<{ first: string | undefined; bytes: AsyncIterable<Uint8Array> }> {
  const parts = source.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
  let head = Buffer.alloc(0);
  let text = "";
  while (text === "") {
    const { value, done } = await parts.next();
    if (done === true) break;
    head = Buffer.concat([head, value]);
    text = head
      .toString("utf8")
      .replace(/^\uFEFF/, "")
      .trimStart();
    if (head.length > MAX_LINE && text === "")
      throw new ProblemError("bad-json", "the body is white space only");
  }
  const start = text === "" ? 0 : head.indexOf(text[0]!);
  return { first: text === "" ? undefined : text[0], bytes: after(head.subarray(start), parts) };
}

async function* after(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (;;) {
    const { value, done } = await rest.next();
    if (done === true) return;
    yield value;
  }
}
