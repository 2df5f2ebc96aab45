/** What is counted over all processes of a service, since its store began. Seconds where the name says so, else numbers. */
export const totalNames = [
  "jobsSubmitted",
  "jobRowsSubmitted",
  "jobsCompleted",
  "jobsFailed",
  "jobsCancelled",
  "rowsExplained",
  "chunksExplained",
  "chunkSeconds",
  "chunksFailed",
  "chunksStalled",
  "lockFailures",
  "nameCollisions",
  "redisReconnects",
  "explainersCompiled",
  "compileSeconds",
] as const;

export type TotalName = (typeof totalNames)[number];

/** What one process has counted since it began; it never falls. */
export type Counts = Readonly<Partial<Record<TotalName, number>>>;

/**
 * The port to the totals that every web process shows at /metrics. A worker has no address to ask, so it brings what it
 * has counted. Jobs are counted by the job store, in the very step that changes them.
 */
export interface Totals {
  /**
   * @param reporter a name no other process has
   * @param counts all it has counted since it began, not since its last report: a report that is told twice, or late,
   *   counts once, and one that was lost is made good by the next
   */
  report(reporter: string, counts: Counts): Promise<void>;
  read(): Promise<Record<TotalName, number>>;
}

export const noTotals = (): Record<TotalName, number> =>
  Object.fromEntries(totalNames.map((name) => [name, 0])) as Record<TotalName, number>;
