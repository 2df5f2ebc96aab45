import { nearestName } from "shap-core";
import { ProblemError } from "../http/problem.js";
import type { ColumnWish } from "./column-plan.js";
import { BatchBuilder, type BatchShape, type RowBatch, show } from "./row-batch.js";

/**
 * Rows that come as objects by feature name, or as arrays in the model's order. A feature that an object leaves out is
 * missing; a key that is none is refused unless extra columns are ignored.
 * @param parts of the table as they arrive, each with the rows that are whole then
 */
export async function* readObjects(
  parts: AsyncIterable<Iterable<unknown>>,
  shape: BatchShape & ColumnWish,
): AsyncGenerator<RowBatch> {
  const builder = new BatchBuilder(shape);
  const featureOf = new Map(shape.featureNames.map((name, index) => [name, index]));
  for await (const rows of parts) {
    for (const row of rows) {
      if (Array.isArray(row)) fillFromArray(builder, row, shape);
      else if (typeof row === "object" && row !== null) {
        fillFromObject(builder, row as Record<string, unknown>, shape, featureOf);
      } else throw fault(builder.row, `expected an object or an array, got ${show(row)}`);
      const batch = builder.endRow();
      if (batch !== undefined) yield batch;
    }
  }
  const rest = builder.rest();
  if (rest !== undefined) yield rest;
}

function fillFromArray(builder: BatchBuilder, row: readonly unknown[], shape: BatchShape): void {
  if (shape.idColumns.length > 0)
    throw fault(builder.row, "id= needs rows as objects, whose columns have names");
  const expected = shape.featureNames.length;
  if (row.length !== expected) {
    throw fault(builder.row, `has ${row.length} values, the model has ${expected} features`);
  }
  for (const [feature, value] of row.entries()) builder.setValue(feature, value);
}

function fillFromObject(
  builder: BatchBuilder,
  row: Record<string, unknown>,
  shape: BatchShape & ColumnWish,
  featureOf: ReadonlyMap<string, number>,
): void {
  for (const key of Object.keys(row)) {
    const feature = featureOf.get(key);
    if (feature !== undefined) builder.setValue(feature, row[key]);
    else if (shape.extra === "refuse" && !shape.idColumns.includes(key)) {
      const near = nearestName(key, shape.featureNames);
      const hint = near === undefined ? "" : `; did you mean ${JSON.stringify(near)}?`;
      throw fault(builder.row, `${show(key)} is no feature of this model${hint}`, key.slice(0, 60));
    }
  }
  for (const [i, name] of shape.idColumns.entries()) {
    if (!Object.hasOwn(row, name))
      throw fault(builder.row, `has no ${JSON.stringify(name)}, which id= asks for`, name);
    refuseRounded(builder.row, name, row[name]);
    builder.setId(i, row[name]);
  }
}

/** JSON.parse has rounded such an integer already: two rows could get the same name. */
function refuseRounded(row: number, name: string, value: unknown): void {
  if (typeof value !== "number" || !Number.isInteger(value) || Number.isSafeInteger(value)) return;
  const what = `${JSON.stringify(name)} is an integer beyond 2^53, which is not carried as it is: send it as a text`;
  throw fault(row, what, name);
}

function fault(row: number, what: string, column?: string): ProblemError {
  const detail = `row ${row}: ${what}`;
  return new ProblemError("bad-row", detail, { errors: [{ row, column, detail }] });
}
