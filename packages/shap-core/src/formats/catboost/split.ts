import { UnsupportedModelError } from "../../errors.js";
import { categoryBits } from "../category-set.js";
import type { DocumentNode } from "../document.js";
import { atMostFloat32 } from "../thresholds.js";
import { type CtrTable, ctrReader } from "./ctr.js";
import { type Features, unnamedCategories } from "./features.js";

/** A split's test in the neutral form. Where `leftIsTrue`, what goes left here is what CatBoost calls true. */
export interface CatboostTest {
  readonly feature: number;
  readonly threshold?: number;
  readonly categories?: Uint32Array;
  readonly missingLeft: boolean;
  readonly leftIsTrue: boolean;
}

export type SplitReader = (split: DocumentNode) => CatboostTest;

/** Reads the splits of a model: float borders, single categories (one-hot) and target statistics (CTR). */
export function splitReader(document: DocumentNode, features: Features): SplitReader {
  const ctrOf = ctrReader(document, features);
  return (split) => {
    const type = split.get("split_type");
    switch (type.value) {
      case "FloatFeature":
        return floatTest(split, features);
      case "OneHotFeature":
        return oneHotTest(split, features);
      case "OnlineCtr":
        return ctrTest(split, ctrOf(split));
      default:
        throw new UnsupportedModelError(
          `The CatBoost model has a split of type ${String(type.value)} (${type.path}), made from text or embeddings`,
          "Train it without text and embedding features",
        );
    }
  };
}

/** True where the value is above the border, compared in float32. */
function floatTest(split: DocumentNode, features: Features): CatboostTest {
  const feature = features.float[split.get("float_feature_index").integer(0, features.float.length - 1)]!;
  const threshold = atMostFloat32(split.get("border").number());
  return { feature: feature.column, threshold, missingLeft: !feature.missingIsTrue, leftIsTrue: false };
}

/** True where the value is this one category. */
function oneHotTest(split: DocumentNode, features: Features): CatboostTest {
  const index = split.get("cat_feature_index").integer(0, features.categorical.length - 1);
  const feature = features.categorical[index]!;
  const code = feature.codes.codeOf(split.get("value").integer(-(2 ** 31), 2 ** 32 - 1));
  if (code === undefined) throw unnamedCategories(feature);
  return {
    feature: feature.column,
    categories: categoryBits([code], split),
    missingLeft: false,
    leftIsTrue: true,
  };
}

/**
 * A statistic of one category is a function of that category: the split asks whether the category is among those
 * whose statistic is above the border. What holds for a category never seen in training holds for all not listed.
 */
function ctrTest(split: DocumentNode, table: CtrTable): CatboostTest {
  const border = split.get("border").number();
  const unseenIsTrue = table.unseen > border;
  const codes: number[] = [];
  table.values.forEach((value, code) => {
    if (value > border !== unseenIsTrue) codes.push(code);
  });
  return {
    feature: table.feature.column,
    categories: categoryBits(codes, split),
    missingLeft: false,
    leftIsTrue: !unseenIsTrue,
  };
}
