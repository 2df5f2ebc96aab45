import { setTimeout as sleep } from "node:timers/promises";
import { firstWorker, type SystemStack, startSystem } from "../support/fixture-system.js";
import { timeScale } from "../support/render-local.js";
import { runCommand } from "../support/run-command.js";

const workers = (stack: SystemStack) =>
  stack.local.services.filter(({ type }) => type === "background_worker").map(({ name }) => name);
const subjects = (stack: SystemStack) => stack.fixture.git("log", "--format=%s");

it("a refused key, a failed check and a failed sync end with 8, 3 and 4, and leave nothing half done", async () => {
  const stack = await startSystem();
  const untouched = await subjects(stack);
  stack.local.faults.add({ kind: "http", answer: 401 });
  expect((await stack.shapDeploy("deploy")).code).toBe(8);
  stack.local.faults.clear();

  stack.local.faults.add({ kind: "key-value-unhealthy", service: "shap-queue" });
  const unchecked = await stack.shapDeploy("deploy");
  expect(unchecked.stderr).toContain("shap-queue is unavailable");
  expect(unchecked.code).toBe(3);
  stack.local.faults.clear();
  expect(await subjects(stack)).toBe(untouched);
  expect(workers(stack)).toEqual([firstWorker]);

  stack.local.faults.add({ kind: "sync-error", times: 1 });
  const failed = await stack.shapDeploy("deploy", "--on-failure", "rollback", "--json");
  expect(JSON.parse(failed.stdout)).toMatchObject({ ok: false, exitCode: 4, error: { code: "sync_failed" } });
  expect(failed.code).toBe(4);
  expect(workers(stack)).toEqual([firstWorker]);
  expect(await stack.fixture.git("diff", "HEAD~2", "HEAD", "--stat")).toBe("");
  expect(await stack.fixture.git("ls-remote", "origin", "refs/shap-deploy/*")).toBe("");
}, 90_000);

it("a deploy that times out (6) or is stopped by Ctrl-C (5) goes on when it is run again", async () => {
  const stack = await startSystem();
  const stuck = stack.local.faults.add({ kind: "deploy-stuck", service: "shap-web", times: 1 });
  const late = await stack.shapDeploy("deploy", "--timeout", "3", "--redis-seconds", "5");
  expect(late.stderr).toMatch(/Not live in time: shap-web/);
  expect(late.code).toBe(6);
  stuck();

  const stop = new AbortController();
  const environment = { RENDER_API_KEY: stack.local.apiKey, RENDER_API_URL: stack.local.apiUrl };
  const running = runCommand(["deploy"], {
    folder: stack.fixture.folder,
    environment,
    timeScale,
    signal: stop.signal,
  });
  await sleep(300);
  stop.abort(new Error("stopped by SIGINT"));
  const stopped = await running;
  expect(stopped.stderr).toContain("it goes on where it was");
  expect(stopped.code).toBe(5);

  const status = JSON.parse((await stack.shapDeploy("status", "--json")).stdout);
  expect(status).toMatchObject({ lock: { branch: "main" }, unfinished: { remote: "origin" } });
  const web = stack.local.service("shap-web");
  const [deploy] = web.deploys.all;
  if (!deploy.isFinished) await stack.api.cancelDeploy(web.id, deploy.id);
  const cancelled = await stack.shapDeploy("deploy");
  expect(cancelled.code).toBe(5);
  await stack.api.createDeploy(web.id, deploy.commit.id);
  const done = await stack.shapDeploy("deploy", "--redis-seconds", "5");
  expect(done.stdout).toContain("Deployed.");
  expect(done.code).toBe(0);
  expect((await subjects(stack)).split("\n").filter((line) => line.startsWith("Deploy "))).toHaveLength(1);
}, 120_000);
