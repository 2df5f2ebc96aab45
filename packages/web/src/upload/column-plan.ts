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

/**
 * Matches a table's columns to the model's features by name; their order is free.
 * @throws ProblemError that names every missing, unknown or doubled column at once, with the nearest name there is
 */
export function planColumns(header: readonly string[], wish: ColumnWish): ColumnPlan {
  const { featureNames, idColumns } = wish;
  const known = new Set([...featureNames, ...idColumns]);
  const faults = [
    ...doubled(header).map((name) => `column ${quote(name)} is there twice`),
    ...missing(featureNames, header, known).map((fault) => `no column for the feature ${fault}`),
    ...missing(idColumns, header, known).map((fault) => `no column for id=${fault}`),
  ];
  if (wish.extra === "refuse") {
    for (const name of header) {
      if (!known.has(name))
        faults.push(`column ${quote(name)} is no feature (extra=ignore passes over such)`);
    }
  }
  if (faults.length > 0) {
    throw new ProblemError("bad-row", faults.slice(0, 20).join("; "), {
      errors: faults.slice(0, 20).map((detail) => ({ detail })),
    });
  }
  const index = new Map(featureNames.map((name, i) => [name, i]));
  return {
    featureOf: Int32Array.from(header, (name) => index.get(name) ?? -1),
    idAt: Int32Array.from(idColumns, (name) => header.indexOf(name)),
  };
}

function missing(wanted: readonly string[], header: readonly string[], known: Set<string>): string[] {
  const free = header.filter((name) => !known.has(name));
  return wanted
    .filter((name) => !header.includes(name))
    .map((name) => {
      const near = nearestName(name, free);
      return near === undefined ? quote(name) : `${quote(name)}; did you mean it by ${quote(near)}?`;
    });
}

const doubled = (names: readonly string[]): string[] => [
  ...new Set(names.filter((name, i) => names.indexOf(name) !== i)),
];

const quote = (name: string): string => JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
