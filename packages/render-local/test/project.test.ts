import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { readBlueprint } from "../src/blueprint/read-blueprint.js";
import { type RenderLocal, whyNoNamespaces } from "../src/index.js";
import { startStack, until } from "./stack.js";

const root = join(import.meta.dirname, "..", "..", "..");
const linked = ["packages", "node_modules", "models", "examples"].filter((name) =>
  existsSync(join(root, name)),
);

/** The project's own Blueprint; its build takes what is built here already instead of installing everything again. */
function projectBlueprint(): string {
  const text = readFileSync(join(root, "render.yaml"), "utf8");
  const link = linked.map((name) => `ln -sfn '${join(root, name)}' ${name}`).join(" && ");
  return text.replace(/buildCommand: .*/g, `buildCommand: ${JSON.stringify(link)}`);
}

/** The services of the Blueprint by what they are: their names are the deploy's business. */
function servicesOf(local: RenderLocal) {
  const [web, worker] = ["web_service", "background_worker"].map((type) =>
    local.services.find((service) => service.type === type),
  );
  if (!web?.url || !worker) throw new Error("render.yaml has no web service or no worker");
  const key = web.effectiveVariables.get("SHAP_API_KEY");
  const authorization = `Bearer ${key}`;
  return { web, worker, url: web.url, headers: { authorization } };
}

/** Has a job done: some rows of the model's own features, as CSV. */
async function runJob(
  url: string,
  headers: Record<string, string>,
): Promise<{ state: string; rowsDone: number }> {
  const { models } = (await (await fetch(`${url}/v1/models`, { headers })).json()) as {
    models: { name: string; featureNames: string[] }[];
  };
  const { featureNames } = (await (
    await fetch(`${url}/v1/models/${models[0].name}`, { headers })
  ).json()) as { featureNames: string[] };
  const row = featureNames.map((_name, index) => index).join();
  const body = `${featureNames.join()}\n${Array(40).fill(row).join("\n")}\n`;
  const accepted = await fetch(`${url}/v1/jobs?model=${models[0].name}`, {
    method: "POST",
    headers: { ...headers, "content-type": "text/csv" },
    body,
  });
  expect(accepted.status).toBe(202);
  const { id } = (await accepted.json()) as { id: string };
  return await until("the job has ended", async () => {
    const job = (await (await fetch(`${url}/v1/jobs/${id}`, { headers })).json()) as {
      state: string;
      rowsDone: number;
    };
    return ["completed", "failed", "cancelled"].includes(job.state) && job;
  });
}

describe("the project's own render.yaml", () => {
  it("is a Blueprint that render-local knows all of", () => {
    expect(readBlueprint(readFileSync(join(root, "render.yaml"), "utf8"))).toMatchObject({ valid: true });
  });

  it("comes up: web answers, and a job runs through worker and Redis", async () => {
    const { local } = await startStack(projectBlueprint());
    await local.whenLive();
    const { url, headers } = servicesOf(local);
    const health = await fetch(`${url}/health`);
    expect(health.status).toBe(200);
    expect(((await health.json()) as { queue: object }).queue).toMatchObject({ kind: "redis" });
    expect(await runJob(url, headers)).toMatchObject({ state: "completed", rowsDone: 40 });
  });

  it("has a worker that survives a hundred kills where process ids repeat, and still works", async () => {
    const isolation = (await whyNoNamespaces()) ? "process" : "namespaces";
    const several = projectBlueprint().replace(/(type: worker[\s\S]*?)numInstances: 1/, "$1numInstances: 5");
    const { local } = await startStack(several, { isolation });
    await local.whenLive();
    local.timeScale = 0.001; // the back-off of a crash loop is not what this is about
    const { worker, url, headers } = servicesOf(local);
    expect(worker.fleet.instances).toHaveLength(5);
    await Promise.all(
      worker.fleet.instances.map(async (instance) => {
        for (let kill = 1; kill <= 20; kill += 1) {
          await instance.crash("SIGKILL");
          await until("it is up again", () => instance.restarts === kill && instance.state === "up");
        }
      }),
    );
    const failures = local.events.of(worker.id).filter(({ type }) => type === "server_failed");
    expect(failures).toHaveLength(100);
    expect(new Set(failures.map(({ details }) => JSON.stringify(details.reason)))).toEqual(
      new Set(['{"evicted":false,"nonZeroExit":137}']),
    );
    expect(await runJob(url, headers)).toMatchObject({ state: "completed", rowsDone: 40 });
  }, 120_000);
});
