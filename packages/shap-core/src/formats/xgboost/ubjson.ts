import { ModelFormatError } from "../../errors.js";
import { DocumentNode } from "../document.js";
import type { Format } from "../format.js";
import { readLearner } from "./learner.js";
import { decodeUbjson } from "./ubjson-decoder.js";

const name = "xgboost-ubjson";

/** XGBoost's `save_model("model.ubj")`, its default since 2.1: the document of the JSON file in binary. */
export const xgboostUbjson = {
  name,
  title: "XGBoost UBJSON",
  // A UBJSON object is "{" and the first key's length, an integer with its type's marker before it.
  recognises: (content) => /^\{[LlIiU]/.test(content.head(2)) && content.bytes !== undefined,
  read: (content, options) => {
    if (content.bytes === undefined) throw new ModelFormatError(name, "", "expected bytes (a Uint8Array)");
    return readLearner(new DocumentNode(decodeUbjson(content.bytes, name), name), options);
  },
} as const satisfies Format;
