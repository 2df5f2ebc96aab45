import { ModelFormatError, UnsupportedModelError } from "../errors.js";
import { catboostJson } from "./catboost/json.js";
import type { Content } from "./content.js";
import { foreignFile } from "./foreign.js";
import type { Format } from "./format.js";
import { lightgbmJson } from "./lightgbm/json.js";
import { lightgbmText } from "./lightgbm/text.js";
import { linearJson } from "./linear/json.js";
import { onnx } from "./onnx/model.js";
import { pmml } from "./pmml/model.js";
import { shapTreesJson } from "./shap-trees/json.js";
import { treeliteJson } from "./treelite/json.js";
import { xgboostDump } from "./xgboost/dump.js";
import { xgboostJson } from "./xgboost/json.js";
import { xgboostUbjson } from "./xgboost/ubjson.js";

/** Every format that is read, one entry each. The first that recognises a file reads it. */
export const formats = [
  xgboostJson,
  xgboostUbjson,
  xgboostDump,
  lightgbmText,
  lightgbmJson,
  catboostJson,
  treeliteJson,
  shapTreesJson,
  linearJson,
  onnx,
  pmml,
] as const satisfies readonly Format[];

/** Names of the formats that `loadModel` reads. */
export type ModelFormat = (typeof formats)[number]["name"];

/** The format by name. @throws UnsupportedModelError where there is none of this name */
export function formatNamed(name: string): Format {
  const format = formats.find((candidate) => candidate.name === name);
  if (format !== undefined) return format;
  throw new UnsupportedModelError(
    `The format ${JSON.stringify(name)} is not known`,
    `Use "auto" or one of ${formats.map((known) => known.name).join(", ")}`,
  );
}

/**
 * The format of a file, recognised by its content alone.
 * @throws ModelFormatError where it is none of the known formats; UnsupportedModelError where it is a known format
 *   that is not read, with the way to one that is
 */
export function detectFormat(content: Content): Format {
  const format = formats.find((candidate) => candidate.recognises(content));
  if (format !== undefined) return format;
  const foreign = foreignFile(content);
  if (foreign !== undefined) throw foreign;
  const expected = `expected a model file of a known format (${formats.map(({ title }) => title).join(", ")})`;
  if (content.looksLikeJson()) return content.document("json").fail(expected);
  throw new ModelFormatError("model", "", expected);
}
