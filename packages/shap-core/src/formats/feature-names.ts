import { ShapeError } from "../errors.js";
import type { ReadOptions } from "./format.js";

/** The names the caller gave, else those of the file, else f0, f1, ... */
export function featureNames(
  options: ReadOptions,
  ofFile: readonly string[] | undefined,
  features: number,
): readonly string[] {
  const given = options.featureNames;
  if (given !== undefined && given.length !== features) {
    throw new ShapeError(`featureNames has ${given.length} names; the model has ${features} features`);
  }
  return given ?? ofFile ?? Array.from({ length: features }, (_, index) => `f${index}`);
}

/** `output` for one output, else class_0, class_1, ... */
export function numberedOutputs(outputs: number, stem = "class"): string[] {
  return outputs === 1 ? ["output"] : Array.from({ length: outputs }, (_, k) => `${stem}_${k}`);
}
