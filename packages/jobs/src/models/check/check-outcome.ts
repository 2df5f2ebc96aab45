import { AdditivityError, ModelFormatError, ShapeError, UnsupportedModelError } from "shap-core";
import type { ModelSummary } from "../model-summary.js";

/**
 * Why an upload is refused: the file is `broken`; the model is sound but `unsupported`; the `background` does not fit
 * it; the check took too much `time` or `memory`; the explanation is `not-additive`; or the reader `failed` on it.
 */
export type RefusalReason =
  | "broken"
  | "unsupported"
  | "background"
  | "time"
  | "memory"
  | "not-additive"
  | "failed";

/** Where the fault is: a path inside the model file, or a row (from 1) and column of the background. */
export interface RefusalPlace {
  readonly path?: string;
  readonly row?: number;
  readonly column?: string | number;
}

export interface Refusal {
  readonly reason: RefusalReason;
  readonly message: string;
  readonly place?: RefusalPlace;
}

/** What the checking process tells: JSON only, since it crosses a process. */
export type CheckOutcome = { readonly summary: ModelSummary } | { readonly refusal: Refusal };

/** @param hadBackground rows that do not fit are a fault of the background where there is one, else of the file */
export function refusalOf(error: unknown, hadBackground: boolean): Refusal {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ModelFormatError) return { reason: "broken", message, place: { path: error.path } };
  if (error instanceof UnsupportedModelError) return { reason: "unsupported", message };
  if (error instanceof ShapeError) {
    return { reason: hadBackground ? "background" : "broken", message, place: error.where };
  }
  if (error instanceof AdditivityError) return { reason: "not-additive", message };
  const noRoom = error instanceof RangeError && /allocation failed|out of memory/i.test(message);
  return noRoom
    ? { reason: "memory", message }
    : { reason: "failed", message: `the model cannot be loaded and explained: ${message}` };
}
