import type { ServiceEvent } from "render-local";

/**
 * The milliseconds in which something was being built. Builds at the same time, and services that share one, count once.
 *
 * @param events of render-local, in their order
 */
export function buildMilliseconds(events: readonly ServiceEvent[]): number {
  const running = new Set<unknown>();
  let begun = 0;
  let total = 0;
  for (const { type, timestamp, details } of events) {
    const time = new Date(timestamp).getTime();
    if (type === "build_started") {
      if (running.size === 0) begun = time;
      running.add(details.buildId);
    } else if (type === "build_ended" && running.delete(details.buildId) && running.size === 0) {
      total += time - begun;
    }
  }
  return total;
}
