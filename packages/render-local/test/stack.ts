import { setTimeout as sleep } from "node:timers/promises";
import { afterEach } from "@jest/globals";
import { type RenderLocal, type RenderLocalOptions, startRenderLocal } from "../src/index.js";
import { FixtureRepository } from "./fixture-repository.js";
import { webProgram, workerProgram } from "./fixture-services.js";
import { RenderClient } from "./render-client.js";

export interface Stack {
  repository: FixtureRepository;
  local: RenderLocal;
  client: RenderClient;
}

const opened: { stop: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.stop();
});

/** A repository with this Blueprint and the fixture programs, running; stopped after the test. */
export async function startStack(
  renderYaml: string,
  { files = {}, ...options }: RenderLocalOptions & { files?: Record<string, string> } = {},
): Promise<Stack> {
  const programs = { "web.mjs": webProgram, "worker.mjs": workerProgram };
  const repository = await FixtureRepository.create({ ...programs, "render.yaml": renderYaml, ...files });
  opened.push({ stop: () => repository.remove() });
  const local = await startRenderLocal({
    repo: repository.folder,
    workFolder: process.env.RENDER_LOCAL_TEST_FOLDER,
    timeScale: 0.02,
    cpuLimits: false,
    ...options,
  });
  opened.unshift(local);
  return { repository, local, client: new RenderClient(local.apiUrl, local.apiKey) };
}

/** Waits until a condition gives something true, and gives that. Fails with `what` after 25 s. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
): Promise<Exclude<T, false | undefined | null>> {
  const deadline = Date.now() + 25_000;
  for (;;) {
    const value = await condition();
    if (value) return value as Exclude<T, false | undefined | null>;
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(20);
  }
}
