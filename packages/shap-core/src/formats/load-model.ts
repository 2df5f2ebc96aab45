import type { Model } from "../model/model.js";
import { Content, type ModelFile } from "./content.js";
import { detectFormat, formatNamed, type ModelFormat } from "./detect.js";
import type { ReadOptions } from "./format.js";

export type { ModelFormat } from "./detect.js";

export interface LoadModelOptions extends ReadOptions {
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
export function loadModel(source: ModelFile, options: LoadModelOptions = {}): Model {
  const content = new Content(source);
  const { format: name = "auto" } = options;
  const format = name === "auto" ? detectFormat(content) : formatNamed(name);
  return format.read(content, options);
}
