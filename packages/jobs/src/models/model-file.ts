import { loadModel, type Matrix, type Model } from "shap-core";
import type { JobModel } from "../job.js";
import { parseBackground } from "./background.js";
import type { ListedModel, ModelOrigin, ModelSummary } from "./model-summary.js";
import { sha256 } from "./sha256.js";

/** A model as the service serves it: parsed, named and versioned by its bytes. */
export interface ServedModel {
  readonly name: string;
  /** SHA-256 of the file, in hexadecimal. */
  readonly version: string;
  readonly bytes: number;
  readonly model: Model;
  /** Rows to compare with, for interventional explanations. */
  readonly background: Matrix | undefined;
  /** SHA-256 of the background's file. */
  readonly backgroundVersion: string | undefined;
  readonly origin: ModelOrigin;
}

/** A file that was found but cannot be served; `reason` says where it is broken. */
export interface BrokenModel {
  readonly name: string;
  readonly file: string;
  readonly reason: string;
}

/**
 * @param background rows to compare with, as CSV or JSON
 * @throws ModelFormatError, UnsupportedModelError, ShapeError
 */
export function parseModel(
  name: string,
  file: Uint8Array,
  background: Uint8Array | undefined,
  origin: ModelOrigin,
): ServedModel {
  const model = loadModel(file);
  return {
    name,
    version: sha256(file),
    backgroundVersion: background === undefined ? undefined : sha256(background),
    bytes: file.length,
    model,
    background: background === undefined ? undefined : parseBackground(background, model),
    origin,
  };
}

export function summaryOf(served: ServedModel): ModelSummary {
  const { name, version, backgroundVersion, bytes, model, background } = served;
  return {
    name,
    version,
    ...(backgroundVersion === undefined ? {} : { backgroundVersion }),
    bytes,
    kind: model.kind,
    objective: model.source.objective ?? null,
    features: model.featureNames.length,
    outputs: model.outputNames.length,
    backgroundRows: background?.rows ?? 0,
  };
}

/** A summary with where the model comes from. */
export const listedAs = (summary: ModelSummary, origin: ModelOrigin): ListedModel => ({
  ...summary,
  origin,
  fallback: origin === "example",
});

/** A name that is safe as a path segment and as a key: letters, digits, `.`, `_`, `-`, at most 100, no leading dot. */
export const isModelName = (name: string): boolean => /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(name);

/** What a job remembers of its model. */
export const jobModelOf = ({ name, version, backgroundVersion, origin }: ServedModel): JobModel => ({
  name,
  version,
  backgroundVersion,
  fallback: origin === "example",
});
