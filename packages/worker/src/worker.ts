import { chunkHandler, type Logger, openBackend, openCatalogue, type Settings } from "@shap-service/jobs";

/** How long the present chunk may take once the process is told to stop; Render kills after 30 s. */
const GRACE_MS = 20_000;

export interface Worker {
  close(): Promise<void>;
}

/**
 * Takes chunks off the queue and explains them, one at a time, until it is closed.
 * @throws ModelFolderError
 */
export async function startWorker(settings: Settings, log: Logger): Promise<Worker> {
  const models = openCatalogue(settings);
  const backend = openBackend(settings, log);
  for (const broken of models.broken) log.error(broken, "a model file cannot be served");
  await backend.queue.process(chunkHandler({ ...backend, models }), {
    async onGiveUp(task, error) {
      log.error({ jobId: task.jobId, chunk: task.index, reason: error.message }, "a chunk failed");
      await backend.jobs.fail(task.jobId, `chunk ${task.index}: ${error.message}`);
    },
    onStalled: (task) =>
      log.warn({ jobId: task.jobId, chunk: task.index }, "a silent worker's chunk came back"),
    onLockExtensionFailed: (task, error) =>
      log.warn({ jobId: task.jobId, chunk: task.index, reason: error.message }, "a lock was not renewed"),
    onError: (error) => log.debug({ reason: error.message }, "queue"),
  });
  log.info({ models: models.list().map((model) => model.name) }, "waiting for chunks");
  return {
    close: () => backend.close(GRACE_MS),
  };
}
