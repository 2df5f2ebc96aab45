import { nearestName } from "shap-core";
import { ProblemError } from "../http/problem.js";

/** What is wanted of a table's columns. */
export interface ColumnWish {
  readonly featureNames: readonly string[];
  /** Columns to carry along as text; may be features too. */
  readonly idColumns: readonly string[];
  /** What to do with columns that are neither: default `refuse`. */
  readonly extra: "refuse" | "ignore";
}

/** Where each column of the table goes, by the table's order. */
export interface ColumnPlan {
  /** Column of the table → feature index, -1 where it is none. */
  readonly featureOf: Int32Array;
  /** Id column → column of the table. */
  readonly idAt: Int32Array;
}

/** The widest tables have some thousands; a header without a line end may have any number. */
const MAX_COLUMNS = 65_536;
/** Faults that are told. */
const MAX_FAULTS = 20;
/** Columns among which a missing one is looked for: names are compared letter by letter. */
const MAX_COMPARED = 256;

/**
 * Matches a table's columns to the model's features by name; their order is free.
 * @throws ProblemError that names the missing, unknown and doubled columns at once, with the nearest name there is
 */
export function planColumns(header: readonly string[], wish: ColumnWish): ColumnPlan {
  if (header.length > MAX_COLUMNS) {
    throw refusal([`the table has ${header.length} columns; at most ${MAX_COLUMNS} are read`]);
  }
  const columnOf = new Map(header.map((name, c) => [name, c]));
  const faults: string[] = [];
  for (const fault of faultsOf(header, columnOf, wish)) {
    if (faults.push(fault) === MAX_FAULTS) break;
  }
  if (faults.length > 0) throw refusal(faults);
  const featureAt = new Map(wish.featureNames.map((name, i) => [name, i]));
  return {
    featureOf: Int32Array.from(header, (name) => featureAt.get(name) ?? -1),
    idAt: Int32Array.from(wish.idColumns, (name) => columnOf.get(name)!),
  };
}

/** One after the other, as no more are looked for than are told. */
function* faultsOf(
  header: readonly string[],
  columnOf: ReadonlyMap<string, number>,
  { featureNames, idColumns, extra }: ColumnWish,
): Generator<string> {
  for (const name of doubled(header)) yield `column ${quote(name)} is there twice`;
  const known = new Set([...featureNames, ...idColumns]);
  const unknown = header.filter((name) => !known.has(name));
  for (const name of featureNames) {
    if (!columnOf.has(name)) yield `no column for the feature ${withHint(name, unknown)}`;
  }
  for (const name of idColumns) {
    if (!columnOf.has(name)) yield `no column for id=${withHint(name, unknown)}`;
  }
  if (extra === "ignore") return;
  for (const name of unknown) yield `column ${quote(name)} is no feature (extra=ignore passes over such)`;
}

function* doubled(names: readonly string[]): Generator<string> {
  const timesSeen = new Map<string, number>();
  for (const name of names) {
    const times = (timesSeen.get(name) ?? 0) + 1;
    timesSeen.set(name, times);
    if (times === 2) yield name;
  }
}

function withHint(name: string, unknown: readonly string[]): string {
  const near = nearestName(name, unknown.slice(0, MAX_COMPARED));
  return near === undefined ? quote(name) : `${quote(name)}; did you mean it by ${quote(near)}?`;
}

function refusal(faults: readonly string[]): ProblemError {
  return new ProblemError("bad-row", faults.join("; "), { errors: faults.map((detail) => ({ detail })) });
}

const quote = (name: string): string => JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
