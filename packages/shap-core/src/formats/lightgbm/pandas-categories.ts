import { UnsupportedModelError } from "../../errors.js";
import type { DocumentNode } from "../document.js";
import type { LightgbmFile } from "./model.js";

/**
 * The names behind the codes of pandas' categorical columns. The file lists them in column order without saying
 * which columns they are; that is certain only where there are as many lists as categorical features.
 * @throws UnsupportedModelError where it is not certain
 */
export function pandasCategories(
  file: LightgbmFile,
  features: number,
): readonly (readonly string[] | undefined)[] | undefined {
  const lists = file.pandasCategorical?.items() ?? [];
  if (lists.length === 0) return undefined;
  const columns = file.categoricalFeatures;
  if (lists.length !== columns.length) {
    throw new UnsupportedModelError(
      `The file holds ${lists.length} lists of pandas categories for ${columns.length} categorical features and does ` +
        "not tell which columns they belong to (an ordered or a constant column has a list too)",
      "Give the option categories: for each feature, in column order, its category names or null",
    );
  }
  const categories = new Array<readonly string[] | undefined>(features).fill(undefined);
  columns.forEach((column, index) => {
    if (column >= features)
      file.header.get("max_feature_idx").fail(`feature ${column} is called categorical`);
    categories[column] = lists[index]!.items().map(categoryName);
  });
  return categories;
}

function categoryName(node: DocumentNode): string {
  const { value } = node;
  const isName = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return isName ? String(value) : node.fail("expected a category's name");
}
