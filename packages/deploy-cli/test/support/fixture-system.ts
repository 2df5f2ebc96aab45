import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { RenderLocal } from "render-local";
import { type LocalStack, type StackOptions, startStack, timeScale } from "./render-local.js";
import { type CommandOptions, type CommandResult, runCommand } from "./run-command.js";

const root = join(import.meta.dirname, "../../../..");
const fixtures = join(import.meta.dirname, "../fixtures/service");
const url = (path: string) => pathToFileURL(join(root, path)).href;

export const firstWorker = "shap-worker-20260101000000";

/** The project's own render.yaml, with the fixture programs in place of the built ones. */
const blueprint = readFileSync(join(root, "render.yaml"), "utf8")
  .replace(/shap-worker-\d{14}/, firstWorker)
  .replaceAll(
    /^ *buildCommand:.*\n/gm,
    "    buildCommand: echo nothing to build for packages/web npm run build\n",
  )
  .replace("node packages/web/dist/main.js", "node web.mjs packages/web/dist/main.js")
  .replace("node packages/worker/dist/main.js", "node worker.mjs packages/worker/dist/main.js")
  .replaceAll(
    "      - fromGroup: shap-settings\n",
    `      - { key: FIXTURE_IOREDIS, value: "${url("node_modules/ioredis/built/index.js")}" }
      - { key: FIXTURE_SHAP_CORE, value: "${url("packages/shap-core/dist/index.js")}" }
      - fromGroup: shap-settings
`,
  );

export const systemFiles: Record<string, string> = {
  "render.yaml": blueprint,
  "web.mjs": readFileSync(join(fixtures, "web.mjs"), "utf8"),
  "worker.mjs": readFileSync(join(fixtures, "worker.mjs"), "utf8"),
  "lie.txt": "no",
  "models/loans.json": readFileSync(join(root, "examples/mortgage/model.json"), "utf8"),
  "package.json": '{ "private": true, "engines": { "node": ">=20" } }\n',
  "package-lock.json": '{ "lockfileVersion": 3, "packages": {} }\n',
};

export interface SystemStack extends LocalStack {
  /** Runs a command line as from the repository's folder, with the key of this Render. */
  shapDeploy(...args: string[]): Promise<CommandResult>;
  /** The same with more of the world given: who answers a question, what stops it, a terminal. */
  shapDeployWith(options: CommandOptions, ...args: string[]): Promise<CommandResult>;
  /** Waits until the web's registry shows a worker of this service: a live worker may not have registered yet. */
  whenRegistered(worker: string): Promise<void>;
}

/** The whole fixture system on render-local: web, worker and a real Redis. */
export async function startSystem(options: StackOptions = {}): Promise<SystemStack> {
  const stack = await startStack(systemFiles, options);
  await stack.local.whenLive();
  const environment = { RENDER_API_KEY: stack.local.apiKey, RENDER_API_URL: stack.local.apiUrl };
  const shapDeployWith = (more: CommandOptions, ...args: string[]) =>
    runCommand(args, { folder: stack.fixture.folder, environment, timeScale, ...more });
  return {
    ...stack,
    shapDeployWith,
    shapDeploy: (...args) => shapDeployWith({}, ...args),
    async whenRegistered(worker) {
      for (;;) {
        const found = await registeredWorkers(stack.local);
        if (found.some((name) => name.startsWith(`${worker}-`))) return;
        await sleep(50);
      }
    },
  };
}

/** The admin key that Render made for the web service. */
export async function serviceKey(local: RenderLocal): Promise<string> {
  const web = local.service("shap-web");
  const variable = await fetch(`${local.apiUrl}/services/${web.id}/env-vars/SHAP_API_KEY`, {
    headers: { authorization: `Bearer ${local.apiKey}` },
  });
  return ((await variable.json()) as { value: string }).value;
}

/** The names in the web service's /v1/workers. */
async function registeredWorkers(local: RenderLocal): Promise<string[]> {
  const { url } = local.service("shap-web");
  const headers = { authorization: `Bearer ${await serviceKey(local)}` };
  const answer = await fetch(`${url}/v1/workers`, { headers });
  // Web itself may be between two instances.
  if (!answer.ok) return [];
  const { workers } = (await answer.json()) as { workers: { name: string }[] };
  return workers.map(({ name }) => name);
}
