import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DeployLock } from "../../src/deploy/lock.js";
import { Repository } from "../../src/git/repository.js";
import { firstWorker, type SystemStack, startSystem } from "../support/fixture-system.js";

const workers = (stack: SystemStack) =>
  stack.local.services.filter(({ type }) => type === "background_worker").map(({ name }) => name);
const blueprint = (stack: SystemStack) => readFile(join(stack.fixture.folder, "render.yaml"), "utf8");
const lockRef = (stack: SystemStack) => stack.fixture.git("ls-remote", "origin", "refs/shap-deploy/*");

it("a lock stops a deploy (5) until --break-lock; out of memory (7) is kept or, when asked, taken back whole", async () => {
  const stack = await startSystem();
  const { shapDeploy, shapDeployWith, fixture, local } = stack;
  const head = await fixture.git("rev-parse", "HEAD");
  const original = await blueprint(stack);
  await new DeployLock(await Repository.open(fixture.folder), "origin").take(
    "dead-deploy",
    "main",
    "2026-11-24T03:00:00.000Z",
  );

  const locked = await shapDeploy("deploy");
  expect(locked.stderr).toMatch(/Not deployed: \S+ has been deploying main since 2026-11-24T03:00/);
  expect(locked.stderr).toContain("--break-lock");
  expect(locked.code).toBe(5);
  expect(await fixture.git("rev-parse", "HEAD")).toBe(head);
  expect(workers(stack)).toEqual([firstWorker]);

  local.faults.add({ kind: "out-of-memory", service: "shap-web" });
  const kept = await shapDeploy("deploy", "--break-lock", "--on-failure", "keep", "--redis-seconds", "5");
  expect(kept.stdout).toMatch(/the lock of \S+ is broken/);
  expect(kept.stderr).toContain("memory stays under the limit: shap-web was killed for its memory");
  expect(kept.stderr).toContain("shap-deploy rollback brings the previous version back");
  expect(kept.code).toBe(7);
  expect(workers(stack)).toHaveLength(2);
  expect(await lockRef(stack)).not.toBe("");

  const questions: string[] = [];
  const answer = (text: string) => ({
    ask: async (question: string) => {
      questions.push(question);
      if (text === "y") local.faults.clear();
      return text;
    },
  });
  const declined = await shapDeployWith(answer("n"), "deploy", "--on-failure", "ask", "--redis-seconds", "5");
  expect(declined.code).toBe(7);
  expect(workers(stack)).toHaveLength(2);
  const agreed = await shapDeployWith(answer("y"), "deploy", "--on-failure", "ask", "--redis-seconds", "5");
  expect(agreed.stderr).toContain("the previous version runs again");
  expect(agreed.code).toBe(7);
  expect(questions).toEqual(Array(2).fill("Bring the previous version back? [Y/n] "));
  expect(workers(stack)).toEqual([firstWorker]);
  expect(await blueprint(stack)).toBe(original);
  expect(await lockRef(stack)).toBe("");
}, 90_000);

it("402 in the midst of a deploy ends with 8 and where to pay; run again it goes on under the same stamp", async () => {
  const stack = await startSystem();
  let isRefused = false;
  const onOutput = () => {
    if (isRefused || workers(stack).length < 2) return;
    isRefused = true;
    stack.local.faults.add({ kind: "http", answer: 402, times: 1 });
  };
  const unpaid = await stack.shapDeployWith({ onOutput }, "deploy", "--redis-seconds", "5");
  expect(unpaid.stderr).toContain("Render wants payment information");
  expect(unpaid.stderr).toContain("https://dashboard.render.com/billing");
  expect(unpaid.code).toBe(8);
  expect(workers(stack)).toHaveLength(2);
  const done = await stack.shapDeploy("deploy", "--redis-seconds", "5");
  expect(done.code).toBe(0);
  const subjects = (await stack.fixture.git("log", "--format=%s")).split("\n");
  expect(subjects.filter((line) => line.startsWith("Deploy "))).toHaveLength(1);
  expect(workers(stack)).toHaveLength(1);
  expect(await lockRef(stack)).toBe("");
}, 90_000);

it("fix-collision --fresh-name deploys a worker of another name; logs --follow shows it until Ctrl-C, which is no failure", async () => {
  const stack = await startSystem();
  await stack.whenRegistered(firstWorker);
  const fixed = await stack.shapDeploy("fix-collision", "--fresh-name");
  expect(fixed.stdout).toContain("Deployed.");
  expect(fixed.code).toBe(0);
  const [fresh, ...others] = workers(stack);
  expect(others).toEqual([]);
  expect(fresh).not.toBe(firstWorker);
  expect(await stack.fixture.git("log", "-1", "--format=%s")).toBe(`Give the worker a fresh name: ${fresh}`);

  const stop = new AbortController();
  let said = "";
  let isRestarted = false;
  const onOutput = (text: string) => {
    said += text;
    const registrations = said.split("registered as").length - 1;
    if (registrations > 1) stop.abort(new Error("stopped by SIGINT"));
    else if (registrations === 1 && !isRestarted) {
      isRestarted = true;
      void stack.api.restart(stack.local.service(fresh).id);
    }
  };
  const followed = await stack.shapDeployWith(
    { onOutput, signal: stop.signal },
    "logs",
    "--follow",
    "--service",
    "worker",
  );
  expect(followed.stderr).toBe("");
  expect(followed.code).toBe(0);
  const lines = followed.stdout.trim().split("\n");
  expect(new Set(lines).size).toBe(lines.length);
}, 90_000);
