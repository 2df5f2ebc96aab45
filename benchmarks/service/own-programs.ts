import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Program } from "./program.js";
import { startRedis } from "./running-service.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface OwnPrograms {
  readonly url: string;
  readonly redisUrl: string;
  readonly web: Program;
  readonly worker: Program;
  readonly redis: Program;
  /** From the start of web's process to its first answer to /health. */
  readonly webReadySeconds: number;
  stop(): Promise<void>;
}

export interface OwnProgramOptions {
  readonly env?: Record<string, string>;
  /** The processor all of them share, where they are not to have every one. */
  readonly cpu?: number;
}

/** This project's web, one worker and a Redis, as built, with the Node options of render.yaml. */
export async function startOwnPrograms({ env = {}, cpu }: OwnProgramOptions = {}): Promise<OwnPrograms> {
  const redis = await startRedis(cpu);
  const all = {
    REDIS_URL: redis.url,
    PORT: "0",
    NODE_OPTIONS: "--max-old-space-size=256 --max-semi-space-size=16",
    ...env,
  };
  const start = (script: string) =>
    Program.start(process.execPath, [`${root}packages/${script}`], { env: all, cpu });
  const begun = performance.now();
  const web = await start("web/dist/main.js");
  const url = (await web.says(/"url":"([^"]+)"/))[1]!;
  while (!(await fetch(`${url}/health`)).ok) await setTimeout(5);
  const webReadySeconds = (performance.now() - begun) / 1000;
  const worker = await start("worker/dist/main.js");
  await worker.says(/waiting for chunks/);
  return {
    url,
    redisUrl: redis.url,
    web,
    worker,
    redis: redis.program,
    webReadySeconds,
    async stop() {
      await Promise.all([web.stop(), worker.stop()]);
      await redis.program.stop();
    },
  };
}
