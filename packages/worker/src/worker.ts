import {
  type BackendOptions,
  type Logger,
  MemoryWatch,
  openBackend,
  openCatalogue,
  type Settings,
  Work,
} from "@shap-service/jobs";

/** How long memory may stay high with nothing to do before the process gives its place to a fresh one. */
const HIGH_FOR_MS = 30_000;

export interface Worker {
  close(): Promise<void>;
}

/**
 * Takes chunks off the queue and explains them, one at a time, until it is closed.
 * @param onRecycle the process uses too much memory and should end, to be started anew
 * @throws ModelFolderError
 */
export async function startWorker(
  settings: Settings,
  log: Logger,
  onRecycle: () => void = () => {},
  options: BackendOptions = {},
): Promise<Worker> {
  const models = openCatalogue(settings);
  for (const broken of models.broken) log.error(broken, "a model file cannot be served");
  const backend = openBackend(settings, log, { listen: false, ...options });
  models.use(backend.modelStore);
  // So that it is registered at once where Redis is there; where it is not, it is waited for.
  await backend.settled(2000);
  const work = await Work.begin({ settings, log, backend, models });
  let highTimer: NodeJS.Timeout | undefined;
  const memory = new MemoryWatch(settings.memory, (level, rssBytes) => {
    log[level === "ok" ? "info" : "warn"]({ level, rssBytes }, "memory");
    clearTimeout(highTimer);
    void work.heed(level).catch(() => {});
    if (level === "over") onRecycle();
    else if (level === "high") highTimer = setTimeout(onRecycle, HIGH_FOR_MS).unref();
  });
  log.info({ models: models.list().map((model) => model.name) }, "waiting for chunks");
  return {
    async close() {
      memory.stop();
      clearTimeout(highTimer);
      await backend.queue.close(settings.shutdownMs);
      await work.close();
      await backend.close(0);
    },
  };
}
