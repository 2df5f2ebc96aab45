import { ShapeError } from "../errors.js";
import type { DocumentNode } from "./document.js";
import type { ReadOptions } from "./format.js";

/**
 * The names of a model's columns: those the caller gave, else those of the file, else f0, f1, ...
 * @throws ShapeError where the caller's are not as many as the model has features
 */
export function featureNamesOf(
  inFile: DocumentNode | undefined,
  features: number,
  options: ReadOptions,
): readonly string[] {
  const { featureNames } = options;
  if (featureNames !== undefined) {
    if (featureNames.length === features) return featureNames;
    throw new ShapeError(`featureNames has ${featureNames.length} names; the model has ${features} features`);
  }
  const names = inFile?.texts() ?? [];
  if (names.length === 0) return Array.from({ length: features }, (_, index) => `f${index}`);
  if (names.length !== features) return inFile!.fail(`expected ${features} names`);
  return names;
}

/** The names of a model's outputs: those of the file, else `output` for one and class_0, class_1, ... for several. */
export function outputNamesOf(inFile: DocumentNode | undefined, outputs: number): readonly string[] {
  const names = inFile?.texts() ?? [];
  if (names.length === 0) {
    return outputs === 1 ? ["output"] : Array.from({ length: outputs }, (_, index) => `class_${index}`);
  }
  if (names.length !== outputs) return inFile!.fail(`expected ${outputs} names`);
  return names;
}
