/**
 * The port to the requests that callers made in a window of time, counted over all web processes. Only where there are
 * several: a service with the embedded queue is one process.
 */
export interface RequestCounts {
  /**
   * Adds what this process has seen since it last told.
   * @param window the window's number; windows that are over are forgotten
   * @param seen requests by caller
   * @returns all processes' requests, by caller
   */
  add(window: number, seen: ReadonlyMap<string, number>): Promise<Map<string, number>>;
}
