import { ModelFormatError } from "../errors.js";
import type { Model } from "../model/model.js";
import { DocumentNode } from "./document.js";
import { readXgboostJson } from "./xgboost/json.js";

/** Names of the formats that `loadModel` reads. */
export type ModelFormat = "xgboost-json";

export interface LoadModelOptions {
  /** Default `auto`: recognised by content, never by a file's name. */
  readonly format?: ModelFormat | "auto";
}

/**
 * Reads a model file.
 *
 * @param source the file's bytes, its text, or the object parsed from it
 * @throws ModelFormatError where the file is broken or of no known format, with the path inside the file
 * @throws UnsupportedModelError where the file is sound but holds what cannot be explained exactly
 */
export function loadModel(source: Uint8Array | string | object, options: LoadModelOptions = {}): Model {
  const format = options.format ?? "auto";
  const document = new DocumentNode(parse(source), format === "auto" ? "model" : format);
  if (format === "xgboost-json" || (document.isObject() && document.optional("learner") !== undefined)) {
    return readXgboostJson(new DocumentNode(document.value, "xgboost-json"));
  }
  return document.fail("expected a model file of a known format: XGBoost JSON");
}

function parse(source: Uint8Array | string | object): unknown {
  if (typeof source !== "string" && !(source instanceof Uint8Array)) return source;
  const text = typeof source === "string" ? source : new TextDecoder().decode(source);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ModelFormatError("json", "", `expected JSON (${(cause as Error).message})`, { cause });
  }
}
