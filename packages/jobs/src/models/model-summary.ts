import type { Model } from "shap-core";

/** What is told of a model without reading its file anew. */
export interface ModelSummary {
  readonly name: string;
  /** SHA-256 of the file, in hexadecimal. */
  readonly version: string;
  /** SHA-256 of the background rows' file, where there are any. */
  readonly backgroundVersion?: string;
  readonly bytes: number;
  readonly kind: Model["kind"];
  readonly objective: string | null;
  readonly features: number;
  readonly outputs: number;
  readonly backgroundRows: number;
}

/** Where a served model comes from: a file of the model folder, an upload, or the example that comes along. */
export type ModelOrigin = "file" | "upload" | "example";

/** A summary as clients see it. */
export interface ListedModel extends ModelSummary {
  readonly origin: ModelOrigin;
  /** The bundled example, served since there is no other model. */
  readonly fallback: boolean;
}
