import { UnsupportedModelError } from "../../errors.js";
import type { DocumentNode } from "../document.js";
import { type CategoricalFeature, type Features, unnamedCategories } from "./features.js";

/** What one statistic (CTR) gives for each category of its feature, in float32. */
export interface CtrTable {
  readonly feature: CategoricalFeature;
  /** By category code. */
  readonly values: ReadonlyMap<number, number>;
  /** For a category that training never saw. */
  readonly unseen: number;
}

/**
 * The CTR tables of a model, made when a split first asks for one. A split names its table by `split_index`, which
 * counts all borders of float features, then all one-hot values, then all borders of `ctrs`.
 *
 * Formulas: catboost/libs/model/static_ctr_provider.cpp and TModelCtr::Calc.
 */
export function ctrReader(document: DocumentNode, features: Features): (split: DocumentNode) => CtrTable {
  const info = document.get("features_info");
  const ctrs = info.optional("ctrs")?.items() ?? [];
  const firstSplit =
    countIn(info, "float_features", "borders") + countIn(info, "categorical_features", "values");
  const starts: number[] = [];
  let next = firstSplit;
  for (const ctr of ctrs) {
    starts.push(next);
    next += ctr.get("borders").length;
  }
  const tables = new Map<number, CtrTable>();
  return (split) => {
    const index = split.get("split_index").integer(firstSplit, next - 1);
    const position = starts.findLastIndex((start) => start <= index);
    const ctr = ctrs[position]!;
    if (ctr.get("borders").at(index - starts[position]!).value !== split.get("border").value)
      split.get("border").fail(`expected the border that split_index ${index} has in ${ctr.path}`);
    const table = tables.get(position) ?? readTable(document, ctr, features);
    tables.set(position, table);
    return table;
  };
}

function countIn(info: DocumentNode, list: string, member: string): number {
  const items = info.optional(list)?.items() ?? [];
  return items.reduce((count, item) => count + (item.optional(member)?.length ?? 0), 0);
}

function readTable(document: DocumentNode, ctr: DocumentNode, features: Features): CtrTable {
  const feature = onlyFeature(ctr, features);
  const data = document.get("ctr_data").get(ctr.get("identifier").text());
  const stride = data.get("hash_stride").integer(2, 2 ** 16);
  const map = data.get("hash_map");
  if (map.length % stride !== 0) map.fail(`expected a multiple of ${stride} entries`);
  const countsOf = new Map<string, readonly number[]>();
  const entries = map.items();
  for (let at = 0; at < entries.length; at += stride) {
    const hash = String(entries[at]!.value);
    if (hash !== EMPTY_SLOT)
      countsOf.set(
        hash,
        entries.slice(at + 1, at + stride).map((entry) => entry.number()),
      );
  }
  const { seen, unseen } = statistic(ctr, data, stride - 1);
  const values = new Map<number, number>();
  for (const hash of feature.codes.hashes.keys()) {
    const counts = countsOf.get(ctrHash(hash));
    if (counts !== undefined) values.set(feature.codes.codeOf(hash)!, seen(counts));
  }
  if (values.size !== countsOf.size) throw unnamedCategories(feature);
  return { feature, values, unseen };
}

/** @throws UnsupportedModelError where the statistic is of several features together */
function onlyFeature(ctr: DocumentNode, features: Features): CategoricalFeature {
  const elements = ctr.get("elements").items();
  const [first] = elements;
  if (elements.length === 1 && first!.get("combination_element").value === "cat_feature_value") {
    const index = first!.get("cat_feature_index").integer(0, features.categorical.length - 1);
    return features.categorical[index]!;
  }
  const names = new Set(elements.map((element) => JSON.stringify(elementFeature(element, features))));
  throw new UnsupportedModelError(
    `The CatBoost model splits on a statistic (CTR) of ${[...names].join(" and ")} together (${ctr.path}), which is ` +
      "no test of one feature, so that no tree algorithm gives exact values",
    "Train with max_ctr_complexity=1, or with one_hot_max_size at least the number of their categories",
  );
}

function elementFeature(element: DocumentNode, features: Features): string {
  const categorical = element.optional("cat_feature_index");
  if (categorical !== undefined) {
    return features.categorical[categorical.integer(0, features.categorical.length - 1)]!.name;
  }
  const float = element.get("float_feature_index").integer(0, features.float.length - 1);
  return features.names[features.float[float]!.column]!;
}

interface Statistic {
  /** From a category's counts in the table. */
  readonly seen: (counts: readonly number[]) => number;
  readonly unseen: number;
}

/** The five kinds of statistic over the counts of classes, the sum and count of targets, or the category's count. */
function statistic(ctr: DocumentNode, data: DocumentNode, width: number): Statistic {
  const calculate = modelCtr(ctr);
  const type = ctr.get("ctr_type");
  const border = ctr.get("target_border_idx").integer(0, 2 ** 16);
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  switch (type.value) {
    case "Borders":
      return {
        seen: (counts) => calculate(sum(counts.slice(border + 1)), sum(counts)),
        unseen: calculate(0, 0),
      };
    case "Buckets":
      return { seen: (counts) => calculate(counts[border] ?? 0, sum(counts)), unseen: calculate(0, 0) };
    case "BinarizedTargetMeanValue":
    case "FloatTargetMeanValue":
      if (width !== 2) data.get("hash_stride").fail("expected 3");
      return { seen: ([total, count]) => calculate(total!, count!), unseen: calculate(0, 0) };
    case "Counter":
    case "FeatureFreq": {
      const denominator = data.get("counter_denominator").number();
      return { seen: ([count]) => calculate(count!, denominator), unseen: calculate(0, denominator) };
    }
    default:
      return type.fail(
        "expected Borders, Buckets, BinarizedTargetMeanValue, FloatTargetMeanValue, Counter or FeatureFreq",
      );
  }
}

/** ((count + prior) / (total + denominator) + shift) · scale, every step in float32. */
function modelCtr(ctr: DocumentNode): (count: number, total: number) => number {
  const { fround } = Math;
  const numerator = fround(ctr.get("prior_numerator").number());
  // CatBoost's own spelling.
  const denominator = fround(ctr.get("prior_denomerator").number());
  const shift = fround(ctr.get("shift").number());
  const scale = fround(ctr.get("scale").number());
  return (count, total) => {
    const ratio = fround(fround(fround(count) + numerator) / fround(fround(total) + denominator));
    return fround(fround(ratio + shift) * scale);
  };
}

/** The key of a slot of CatBoost's hash table that holds nothing: 2^64 − 1. */
const EMPTY_SLOT = "18446744073709551615";

/** CatBoost's CalcHash with 0 before: the key of a category in a table of one feature, modulo 2^64. */
function ctrHash(hash: number): string {
  const multiplier = 0x4906ba494954cb65n;
  const inner = BigInt.asUintN(64, multiplier * BigInt.asUintN(64, BigInt(hash | 0)));
  return BigInt.asUintN(64, multiplier * inner).toString();
}
