import { ShapeError } from "../errors.js";
import type { Refusal } from "../model/rows.js";
import type { ReadOptions } from "./format.js";

/** For each categorical feature the names behind its codes; undefined where no feature has any. */
export type CategoryNames = readonly (readonly string[] | undefined)[] | undefined;

/** The names the caller gave, else those of the file. */
export function categoryNamesOf(
  options: ReadOptions,
  inFile: CategoryNames,
  features: number,
): CategoryNames {
  const { categories } = options;
  if (categories !== undefined && categories.length !== features) {
    throw new ShapeError(`categories has ${categories.length} entries; the model has ${features} features`);
  }
  const names = categories?.map((list) => list ?? undefined) ?? inFile;
  return names?.some((list) => list !== undefined) ? names : undefined;
}

/** Refuses categories that are not named, where the library does so too. */
export function unseenRefusals(categories: CategoryNames): readonly (Refusal | undefined)[] | undefined {
  return categories?.map((names) => names && { missing: false, unseen: true });
}
