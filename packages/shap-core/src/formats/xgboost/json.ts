import type { Format } from "../format.js";
import { readLearner } from "./learner.js";

/** XGBoost's `save_model("model.json")`, versions 1.6 and later. */
export const xgboostJson = {
  name: "xgboost-json",
  title: "XGBoost JSON",
  recognises: (content) => content.hasMembers("learner"),
  read: (content, options) => readLearner(content.document("xgboost-json"), options),
} as const satisfies Format;
