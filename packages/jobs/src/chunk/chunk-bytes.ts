/** How wide a job's rows are. */
export interface RowWidth {
  readonly features: number;
  readonly outputs: number;
}

/** Part of a process's memory limit that one chunk may take while it is explained. */
const SHARE = 1 / 16;

/**
 * Bytes that a row takes while it is explained: the row as it came and as Arrow; its values as they are computed, as
 * columns, and as Arrow; its predictions.
 */
export function bytesPerRow({ features, outputs }: RowWidth): number {
  return 8 * (2 * features + 3 * features * outputs + 3 * outputs);
}

/** Rows that may be explained at once in a process with this limit; at least one. */
export function rowsWithin(limitBytes: number, width: RowWidth): number {
  return Math.max(1, Math.floor((limitBytes * SHARE) / bytesPerRow(width)));
}
