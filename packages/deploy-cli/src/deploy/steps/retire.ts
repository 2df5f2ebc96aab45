import { RenderError } from "../../render/render-error.js";
import type { DeployRun } from "../deploy-run.js";

const pollMilliseconds = 3000;
const defaultShutdownSeconds = 30;
// Render may take a minute to begin, and the shutdown delay is a service's own.
const marginSeconds = 90;

/**
 * Takes the previous worker out of service: suspended first, so that it takes no new chunk; then its instances are waited for,
 * so that the chunk in work is finished or given back; then it is deleted.
 */
export async function retire(run: DeployRun): Promise<string> {
  const { api, clock, progress, settings } = run.parts;
  const retired: string[] = [];
  for (const { id, name } of run.state.previousWorkers ?? []) {
    if (name === run.state.workerName) continue;
    if (settings.retire === "keep") {
      retired.push(`${name} goes on running (--retire keep)`);
      continue;
    }
    const service = await api.service(id).catch((error) => {
      if (error instanceof RenderError && error.status === 404) return undefined;
      throw error;
    });
    if (!service) {
      retired.push(`${name} is gone`);
      continue;
    }
    progress.service(name, "asked to stop");
    await api.suspend(id);
    const delay = service.serviceDetails?.maxShutdownDelaySeconds ?? defaultShutdownSeconds;
    const deadline = clock.deadline((delay + marginSeconds) * 1000);
    for (;;) {
      const { length } = await api.instances(id);
      if (length === 0) break;
      progress.service(name, "finishing the chunk in work");
      if (clock.now() >= deadline) {
        progress.warn(`${name} still has ${length} instance(s) after its shutdown delay; Render stops them`);
        break;
      }
      await clock.wait(pollMilliseconds);
    }
    if (settings.retire === "delete") {
      await api.deleteService(id);
      retired.push(`${name} deleted`);
    } else {
      retired.push(`${name} suspended`);
    }
  }
  return retired.join(", ") || "there was no previous worker";
}
