import type { Cell } from "shap-core";
import { UsageError } from "./exit-code.js";
import type { RowSourceOptions, SourceRow } from "./row-source.js";

/** The rows of an NDJSON file: one object a line. A key that is absent is a missing value. */
export async function* jsonRecords(
  input: AsyncIterable<Buffer>,
  name: string,
  { id, ignore = [] }: RowSourceOptions,
): AsyncGenerator<SourceRow> {
  let line = 0;
  for await (const text of linesOf(input)) {
    line++;
    if (text.trim() === "") continue;
    const cells = parseLine(text, name, line);
    const rowId = id === undefined ? undefined : cells[id];
    for (const key of id === undefined ? ignore : [id, ...ignore]) delete cells[key];
    yield id === undefined ? { cells, line } : { cells, line, id: String(rowId ?? "") };
  }
}

async function* linesOf(input: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of input) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  yield rest + decoder.decode();
}

function parseLine(text: string, name: string, line: number): Record<string, Cell> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${name}, line ${line}: ${(error as Error).message}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new UsageError(`${name}, line ${line}: expected an object of values by feature name`);
  }
  return value as Record<string, Cell>;
}
