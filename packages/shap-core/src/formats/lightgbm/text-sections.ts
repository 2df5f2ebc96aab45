import { ModelFormatError } from "../../errors.js";

/** `key=value` lines that stand together; a line without = is a key alone. */
export type Section = Readonly<Record<string, string>>;

export interface TextSections {
  readonly header: Section;
  /** One a tree, in order. */
  readonly trees: readonly Section[];
  /** Lines `[name: value]` after the trees. */
  readonly parameters: ReadonlyMap<string, string>;
  /** The JSON after `pandas_categorical:`. */
  readonly pandasCategorical: string | undefined;
}

/**
 * Cuts LightGBM's text into its header, its trees and what follows them.
 * @throws ModelFormatError where a key stands twice in a section, or the end of the trees is missing
 */
export function readSections(text: string, format: string): TextSections {
  const header: Record<string, string> = {};
  const trees: Record<string, string>[] = [];
  let section = header;
  let path = "";
  let at = 0;
  for (;;) {
    if (at >= text.length)
      throw new ModelFormatError(format, path, 'expected "end of trees"; the file is cut off');
    const end = lineEnd(text, at);
    const line = text.slice(at, end).trim();
    at = end + 1;
    if (line === "end of trees") break;
    const equals = line.indexOf("=");
    const key = equals < 0 ? line : line.slice(0, equals);
    if (key === "Tree") {
      section = {};
      path = `Tree=${trees.length}`;
      trees.push(section);
    } else if (line !== "") {
      if (Object.hasOwn(section, key))
        throw new ModelFormatError(format, path === "" ? key : `${path}.${key}`, "stands twice");
      Object.defineProperty(section, key, { value: line.slice(equals + 1), enumerable: true });
    }
  }
  return { header, trees, ...readTail(text, at) };
}

function readTail(text: string, from: number): Pick<TextSections, "parameters" | "pandasCategorical"> {
  const parameters = new Map<string, string>();
  let pandasCategorical: string | undefined;
  for (let at = from; at < text.length; ) {
    const end = lineEnd(text, at);
    const line = text.slice(at, end).trim();
    at = end + 1;
    const parameter = /^\[([^:]+): ?(.*)\]$/.exec(line);
    if (parameter !== null) parameters.set(parameter[1]!, parameter[2]!);
    else if (line.startsWith("pandas_categorical:"))
      pandasCategorical = line.slice("pandas_categorical:".length);
  }
  return { parameters, pandasCategorical };
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}
