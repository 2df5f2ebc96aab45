import { Redis } from "ioredis";
import { pino } from "pino";
import { Presence } from "../../../jobs/src/workers/presence.js";
import { RedisWorkerRegistry } from "../../../jobs/src/workers/redis-worker-registry.js";
import { until } from "../../../jobs/test/until.js";
import { whyNoNamespaces } from "../../../render-local/dist/index.js";
import { endurance, LIMIT_MS, RunningService } from "./running-service.js";

const RESTARTS = endurance ? 200 : 10;
/** Of a registration: `SHAP_CHUNK_LOCK_SECONDS` of the service here. */
const TTL_MS = 2000;
/** What a busy machine may add. */
const SLACK_MS = 3000;
const namespaces = ["unshare", "--pid", "--uts", "--fork", "--kill-child", "--mount-proc"];
/** As in a container: the same host name after every restart, and process id 1. */
const inContainer = [...namespaces, "sh", "-c", 'hostname crew && exec "$@"', "sh"];
const ofCrew = /^shap-worker-crew-1-\d+-[0-9a-f-]{36}$/;

let service: RunningService;
beforeAll(async () => {
  service = await RunningService.start();
}, LIMIT_MS);
afterAll(() => RunningService.closeAll());

/** Registers as a worker of this identity does, and dies without a word. Gives the name and how many were taken. */
async function liveAndDie(): Promise<{ name: string; collisions: number }> {
  if ((await whyNoNamespaces()) === undefined) {
    const worker = await service.startWorker({}, inContainer);
    const [, name] = await worker.says(/"worker":"([^"]+)","msg":"registered"/);
    await worker.stop("SIGKILL");
    return { name: name!, collisions: worker.stdout.match(/name is taken/g)?.length ?? 0 };
  }
  // Without namespaces the process cannot have the same id again: the same is given to it.
  const redis = new Redis(service.redis.url);
  const settings = { service: undefined, instance: undefined, commit: undefined, chunkLockMs: 2000 };
  const identity = { service: "shap-worker", host: "crew", pid: 1 };
  const registry = new RedisWorkerRegistry(redis, settings.chunkLockMs);
  const presence = new Presence(
    registry,
    settings,
    { rowsDone: 0, job: null },
    pino({ level: "silent" }),
    identity,
  );
  await presence.begin();
  const [record] = (await registry.list()).toSorted((a, b) => b.started.localeCompare(a.started));
  redis.disconnect();
  return { name: record!.name, collisions: presence.collisions };
}

describe("a worker that is killed and started again with the same host name and process id", () => {
  it(
    "never meets a name that is taken, and leaves no registration once its time is over",
    async () => {
      const names = new Set<string>();
      for (let i = 0; i < RESTARTS; i++) {
        const { name, collisions } = await liveAndDie();
        expect(name).toMatch(ofCrew);
        expect(collisions).toBe(0);
        names.add(name);
      }
      expect(names.size).toBe(RESTARTS);
      const lastDeath = performance.now();
      await until(async () => {
        const response = await fetch(`${service.url}/v1/workers`);
        return ((await response.json()) as { workers: object[] }).workers.length === 0;
      });
      expect(performance.now() - lastDeath).toBeLessThan(TTL_MS + SLACK_MS);
      // One that died while it swept holds the lock for some seconds more.
      await until(async () => {
        const swept = await fetch(`${service.url}/v1/workers/sweep`, { method: "POST" });
        expect(swept.status).toBe(200);
        return (await service.redis.keys("shap:worker*")).length === 0;
      });
    },
    LIMIT_MS,
  );
});
