import type { ModelSummary } from "../models/model-summary.js";

/** What the store remembers of an uploaded model beside the bytes of its files. */
export interface ModelRecord extends ModelSummary {
  /** Milliseconds since 1970. */
  readonly uploadedAt: number;
}

/** Somebody else changed the model since it was looked at. */
export class ModelChangedError extends Error {
  override readonly name = "ModelChangedError";
}

/** The record as it was when the change was thought out; undefined: there was none. */
export type Expected = ModelRecord | undefined;

/**
 * The port to uploaded models: one current record a name, and the files it names by their SHA-256. What is current
 * stays for ever; a file that is no longer current stays as long as jobs may need it, so that a job is explained by
 * the version it was submitted for.
 */
export interface ModelStore {
  /** Every current record. */
  list(): Promise<ModelRecord[]>;
  get(name: string): Promise<ModelRecord | undefined>;
  /** The bytes of a model's present or recent file, model or background, by its SHA-256. */
  file(name: string, sha256: string): Promise<Uint8Array | undefined>;
  /**
   * Makes a record current, all at once or not at all. `files` are those the store does not hold yet.
   * @throws ModelChangedError where `expected` is no longer current; StoreFullError
   */
  put(record: ModelRecord, expected: Expected, files: readonly Uint8Array[]): Promise<void>;
  /**
   * Its files stay for `keepSeconds`, by default as long as those of a replaced version.
   * @throws ModelChangedError where `expected` is no longer current
   */
  remove(expected: ModelRecord, keepSeconds?: number): Promise<void>;
  /**
   * A job needs these files: they stay as long as those of a replaced version, if they were to go sooner.
   * @returns false where one of them is gone
   */
  hold(name: string, hashes: readonly string[]): Promise<boolean>;
  /** Calls `listener` whenever records may have changed, wherever. @returns what ends that */
  watch(listener: () => void): () => void;
  close(): Promise<void>;
}

/** The files a record names. */
export const filesOf = ({
  version,
  backgroundVersion,
}: {
  version: string;
  backgroundVersion?: string | undefined;
}): string[] => (backgroundVersion === undefined ? [version] : [version, backgroundVersion]);

/** How long a file stays once it is not current: a job of it may be submitted late, and lives as long as jobs do. */
export const retentionSeconds = (jobTtlSeconds: number): number => jobTtlSeconds + 3600;
