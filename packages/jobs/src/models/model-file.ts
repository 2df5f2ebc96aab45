import { createHash } from "node:crypto";
import { loadModel, type Matrix, type Model } from "shap-core";
import type { JobModel } from "../job.js";
import { parseBackground } from "./background.js";

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
  /** The bundled example, served since no model was found. */
  readonly fallback: boolean;
}

/** A file that was found but cannot be served; `reason` says where it is broken. */
export interface BrokenModel {
  readonly name: string;
  readonly file: string;
  readonly reason: string;
}

/**
 * @param background rows to compare with, as CSV
 * @throws ModelFormatError, UnsupportedModelError, ShapeError
 */
export function parseModel(
  name: string,
  file: Uint8Array,
  background: Uint8Array | undefined,
  fallback: boolean,
): ServedModel {
  const model = loadModel(file);
  return {
    name,
    version: sha256(file),
    backgroundVersion: background === undefined ? undefined : sha256(background),
    bytes: file.length,
    model,
    background: background === undefined ? undefined : parseBackground(background, model),
    fallback,
  };
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** A name that is safe as a path segment and as a key: letters, digits, `.`, `_`, `-`, at most 100, no leading dot. */
export const isModelName = (name: string): boolean => /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(name);

/** What a job remembers of its model. */
export const jobModelOf = ({ name, version, backgroundVersion }: ServedModel): JobModel => ({
  name,
  version,
  backgroundVersion,
});
