import type { Clock } from "../clock.js";
import type { RenderApi } from "../render/render-api.js";
import type { Progress } from "./progress.js";

const pollMilliseconds = 3000;
const defaultShutdownSeconds = 30;
// Render may take a minute to begin, and the shutdown delay is a service's own.
const marginSeconds = 90;

/**
 * Suspends a worker service, so that it takes no new chunk, and waits until its instances are gone: the chunk in work is
 * finished or given back before anything is deleted.
 */
export async function stopWorker(
  { api, clock, progress }: { api: RenderApi; clock: Clock; progress: Progress },
  { id, name }: { id: string; name: string },
): Promise<void> {
  progress.service(name, "asked to stop");
  await api.suspend(id);
  const { serviceDetails } = await api.service(id);
  const delay = serviceDetails?.maxShutdownDelaySeconds ?? defaultShutdownSeconds;
  const deadline = clock.deadline((delay + marginSeconds) * 1000);
  for (;;) {
    const { length } = await api.instances(id);
    if (length === 0) return;
    progress.service(name, "finishing the chunk in work");
    if (clock.now() >= deadline) {
      progress.warn(`${name} still has ${length} instance(s) after its shutdown delay; Render stops them`);
      return;
    }
    await clock.wait(pollMilliseconds);
  }
}
