import type { Logger } from "../log.js";
import type { Registration, WorkerRegistry } from "./worker-registry.js";

const MAX_TRIES = 5;

/**
 * Registers a worker under a name, or fresh ones. A name that is taken is logged and another one tried; after five the last is
 * used as it is, since a worker that explains is worth more than its entry in a list.
 * @returns the record as registered, and how many names were taken
 */
export async function register(
  registry: WorkerRegistry,
  name: string,
  makeName: () => string,
  describe: (name: string) => Registration,
  log: Logger,
): Promise<{ record: Registration; collisions: number }> {
  for (let collisions = 0; ; collisions++) {
    const record = describe(collisions === 0 ? name : makeName());
    if (await registry.register(record)) return { record, collisions };
    log.warn({ worker: record.name, attempt: collisions + 1 }, "this worker name is taken: trying another");
    if (collisions + 1 === MAX_TRIES) {
      log.error({ worker: record.name }, "five worker names were taken; working on under the last");
      return { record, collisions: MAX_TRIES };
    }
  }
}
