import { UnsupportedModelError } from "../../errors.js";
import type { Refusal } from "../../model/rows.js";
import type { DocumentNode } from "../document.js";
import { MAX_FEATURES } from "../limits.js";
import { CategoryCodes } from "./category-codes.js";

export interface FloatFeature {
  readonly column: number;
  /** Whether a missing value answers a split with true (`nan_value_treatment` AsTrue: it counts as +infinity). */
  readonly missingIsTrue: boolean;
}

export interface CategoricalFeature {
  readonly column: number;
  readonly name: string;
  readonly codes: CategoryCodes;
}

export interface Features {
  /** One a column; generated where the file has none. */
  readonly names: readonly string[];
  /** The file's names as a list, where all columns have one. */
  readonly namesInFile: DocumentNode | undefined;
  readonly float: readonly FloatFeature[];
  readonly categorical: readonly CategoricalFeature[];
  /** The category names found so far, by column; complete once all splits are read. */
  readonly categories: () => readonly (readonly string[] | undefined)[];
  /** CatBoost predicts nothing for a missing category. */
  readonly refusals: readonly (Refusal | undefined)[] | undefined;
}

/**
 * Reads `features_info`. Splits count float and categorical features each from 0; `flat_feature_index` says which
 * column of the rows one is.
 */
export function readFeatures(info: DocumentNode): Features {
  const lists = { float: listOf(info, "float_features"), categorical: listOf(info, "categorical_features") };
  for (const kind of ["text_features", "embedding_features"]) {
    if (listOf(info, kind).length === 0) continue;
    throw new UnsupportedModelError(
      `The CatBoost model has ${kind}, which are no numbers or categories`,
      "Train it without them, or explain it as a function: createExplainer(predict, { background })",
    );
  }
  const hashes = readHashes(info);
  const float = lists.float.map((node): FloatFeature => {
    return {
      column: columnOf(node),
      missingIsTrue: node.optional("nan_value_treatment")?.value === "AsTrue",
    };
  });
  const categorical = lists.categorical.map((node): CategoricalFeature => {
    const column = columnOf(node);
    return { column, name: nameOf(node) ?? `f${column}`, codes: new CategoryCodes(hashes) };
  });
  const columns = 1 + Math.max(-1, ...[...float, ...categorical].map(({ column }) => column));
  const found: (string | undefined)[] = new Array(columns).fill(undefined);
  for (const node of [...lists.float, ...lists.categorical]) found[columnOf(node)] = nameOf(node);
  const isNamed = found.every((name) => name !== undefined);
  return {
    names: found.map((name, column) => name ?? `f${column}`),
    namesInFile: isNamed ? info.derived("feature_name", found) : undefined,
    float,
    categorical,
    categories: () => byColumn(columns, categorical, ({ codes }) => codes.names),
    refusals:
      categorical.length === 0
        ? undefined
        : byColumn(columns, categorical, () => ({ missing: true, unseen: false })),
  };
}

function byColumn<T>(
  columns: number,
  features: readonly CategoricalFeature[],
  entryOf: (feature: CategoricalFeature) => T,
): (T | undefined)[] {
  const values = new Array<T | undefined>(columns).fill(undefined);
  for (const feature of features) values[feature.column] = entryOf(feature);
  return values;
}

const listOf = (info: DocumentNode, key: string) => info.optional(key)?.items() ?? [];

const columnOf = (node: DocumentNode) => node.get("flat_feature_index").integer(0, MAX_FEATURES - 1);

/** Without a pool only `feature_id` is written: the name, or the column's number where there was none. */
function nameOf(node: DocumentNode): string | undefined {
  const name = node.optional("feature_name") ?? node.optional("feature_id");
  return name === undefined || /^\d*$/.test(name.text()) ? undefined : name.text();
}

/** `cat_features_hash`: the names behind the hashes, of all features together. */
function readHashes(info: DocumentNode): Map<number, string> {
  const hashes = new Map<number, string>();
  for (const entry of listOf(info, "cat_features_hash")) {
    hashes.set(entry.get("hash").integer(-(2 ** 31), 2 ** 32 - 1) | 0, entry.get("value").text());
  }
  return hashes;
}

export function unnamedCategories(feature: CategoricalFeature): UnsupportedModelError {
  return new UnsupportedModelError(
    `The CatBoost file knows categories of ${JSON.stringify(feature.name)} by their hash only`,
    "Save it with the training pool, which names them: model.save_model('model.json', format='json', pool=train_pool)",
  );
}
