import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach } from "@jest/globals";
import { type RenderLocal, type RenderLocalOptions, startRenderLocal } from "render-local";
import { Clock } from "../../src/clock.js";
import { git } from "../../src/git/git.js";
import { RenderHttp } from "../../src/render/http.js";
import { RenderApi } from "../../src/render/render-api.js";
import { GitFixture } from "./git-repository.js";

export const timeScale = 0.01;

type Closers = (() => Promise<unknown>)[];
const ofTest: Closers = [];
const ofFile: Closers = [];
const closeAll = async (closers: Closers) => {
  for (const close of closers.splice(0).reverse()) await close();
};
afterEach(() => closeAll(ofTest));
afterAll(() => closeAll(ofFile), 30_000);

export interface LocalStack {
  local: RenderLocal;
  fixture: GitFixture;
  api: RenderApi;
  clock: Clock;
}

export interface StackOptions extends RenderLocalOptions {
  /** Whether it goes on until the file's last test, for tests that share it; default: it is stopped after the test. */
  isShared?: boolean;
}

/** A repository whose `origin` is render-local's git remote, with its Blueprint running. */
export async function startStack(
  files: Record<string, string>,
  { isShared, ...options }: StackOptions = {},
): Promise<LocalStack> {
  const opened = isShared ? ofFile : ofTest;
  const fixture = await GitFixture.create(files);
  opened.push(() => fixture.remove());
  const workFolder = await realpath(await mkdtemp(join(tmpdir(), "shap-deploy-render-")));
  opened.push(() => rm(workFolder, { recursive: true, force: true }));
  const local = await startRenderLocal({
    repo: fixture.folder,
    workFolder,
    timeScale,
    cpuLimits: false,
    ...options,
  });
  opened.push(() => local.stop());
  await git(fixture.folder, ["remote", "set-url", "origin", local.gitUrl]);
  const clock = new Clock(timeScale);
  const api = new RenderApi(new RenderHttp({ apiKey: local.apiKey, apiUrl: local.apiUrl, clock }));
  return { local, fixture, api, clock };
}

/** Answers /health with the commit it runs, until a file `unhealthy` is in its folder. */
export const webProgram = `
import { existsSync } from "node:fs";
import { createServer } from "node:http";
createServer((request, response) => {
  response.statusCode = existsSync("unhealthy") ? 503 : 200;
  response.end(JSON.stringify({ commit: process.env.RENDER_GIT_COMMIT }));
}).listen(Number(process.env.PORT), "127.0.0.1", () => console.log("web listens"));
process.on("SIGTERM", () => process.exit(0));
`;

export const workerProgram = `
console.log("worker runs", process.env.RENDER_GIT_COMMIT);
const timer = setInterval(() => {}, 1000);
process.on("SIGTERM", () => clearInterval(timer));
`;

export const smallBlueprint = `# The services of a test.
services:
  - { type: web, name: shap-web, runtime: node, region: oregon, startCommand: node web.mjs, healthCheckPath: /health }
  - type: worker
    name: shap-worker-20260101000000 # stamped
    runtime: node
    region: oregon
    startCommand: node worker.mjs
    maxShutdownDelaySeconds: 30
`;

export const smallSystem = {
  "render.yaml": smallBlueprint,
  "web.mjs": webProgram,
  "worker.mjs": workerProgram,
};
