import type { Readable } from "node:stream";
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
  const first = await firstCharacter(source);
  if (first === undefined) return;
  if (first !== "[" && first !== "{")
    throw new ProblemError("bad-json", 'expected [ … ] or { "rows": [ … ] }');
  const parser = streamJson.parser({ packValues: true, streamValues: false });
  const rows = StreamArray.streamArray();
  const stages =
    first === "{" ? [parser, StreamPick.pick({ filter: "rows", once: true }), rows] : [parser, rows];
  for (const [i, stage] of stages.entries()) {
    stage.on("error", (error) => rows.destroy(error));
    if (i > 0) stages[i - 1]!.pipe(stage);
  }
  source.on("error", (error) => rows.destroy(error));
  source.pipe(parser);
  try {
    for await (const { value } of rows as AsyncIterable<{ value: unknown }>) yield value;
  } catch (error) {
    // The parser's errors have no code; those of the connection and of gzip do.
    const ofParser = types.isNativeError(error) && !("code" in error) && !(error instanceof ProblemError);
    throw ofParser ? new ProblemError("bad-json", error.message) : error;
  }
}

/** The first character that is no white space, left in the stream. */
async function firstCharacter(source: Readable): Promise<string | undefined> {
  for (;;) {
    const bytes = source.read() as Buffer | null;
    if (bytes !== null) {
      const text = bytes
        .toString("utf8")
        .replace(/^\uFEFF/, "")
        .trimStart();
      if (text === "") continue;
      source.unshift(Buffer.from(text));
      return text[0];
    }
    if (source.readableEnded || source.destroyed) return undefined;
    await new Promise<void>((resolve, reject) => {
      const done = () => {
        source.off("readable", done).off("end", done).off("error", fail);
        resolve();
      };
      const fail = (error: Error) => {
        source.off("readable", done).off("end", done);
        reject(error);
      };
      source.once("readable", done).once("end", done).once("error", fail);
    });
  }
}
