import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault, RenderLocal } from "render-local";
import { exitCode } from "../../src/exit-code.js";
import { git } from "../../src/git/git.js";
import { type SystemStack, startSystem } from "../support/fixture-system.js";

/** `worker` stands for the new worker's service, whose name is known once it is stamped. */
interface Case {
  fault: Fault;
  code: number;
  says: RegExp;
}

const web = "shap-web";
const worker = "the new worker";
const timesOut = ["--timeout", "3"];

let stack: SystemStack;
/** What runs before a test. */
let before: { worker: string; commit: string | undefined; text: string };
beforeAll(async () => {
  stack = await startSystem({ isShared: true, overlapPolicy: "override" });
}, 60_000);
beforeEach(async () => {
  const [worker] = workers();
  const text = await stack.fixture.git("show", "HEAD:render.yaml");
  before = { worker, text, commit: stack.local.service(web).deploys.live?.commit.id };
  await stack.whenRegistered(worker);
}, 60_000);

const workers = () =>
  stack.local.services.filter(({ type }) => type === "background_worker").map(({ name }) => name);
const lock = () => stack.fixture.git("ls-remote", "origin", "refs/shap-deploy/*");

/** What a deploy must leave behind when it did not hold: what was there before. */
async function expectNothingHalfDone(): Promise<void> {
  stack.local.faults.clear();
  while (stack.local.services.some(({ deploys }) => deploys.all.some((deploy) => !deploy.isFinished)))
    await sleep(20);
  expect(workers()).toEqual([before.worker]);
  expect(stack.local.service(web).deploys.live?.commit.id).toBe(before.commit);
  const worker = stack.local.service(before.worker);
  expect([worker.isSuspended, worker.settings.autoDeployTrigger]).toEqual([false, "commit"]);
  expect(await stack.fixture.git("show", "HEAD:render.yaml")).toBe(before.text);
  expect(await stack.fixture.git("status", "--porcelain")).toBe("");
  expect(await lock()).toBe("");
  await stack.whenRegistered(before.worker);
}

/** Asks for a fault, of the new worker as soon as its name is told. */
function addFault(local: RenderLocal, fault: Fault): (text: string) => void {
  if (!("service" in fault) || fault.service !== worker) {
    local.faults.add(fault);
    return () => {};
  }
  let isAdded = false;
  return (text) => {
    const name = /shap-worker-\d{14}/.exec(text)?.[0];
    if (isAdded || name === undefined || name === before.worker) return;
    isAdded = true;
    local.faults.add({ ...fault, service: name });
  };
}

describe("a deploy that meets a fault of Render's services ends with its code, says why, and is taken back whole", () => {
  it.each<Case>([
    {
      fault: { kind: "build-fails", service: web },
      code: 4,
      says: /shap-web: build failed: exited with code 1/,
    },
    { fault: { kind: "build-fails", service: worker }, code: 4, says: /shap-worker-\d{14}: build failed/ },
    {
      fault: { kind: "health-check-fails", service: web },
      code: 4,
      says: /shap-web: start failed: never healthy: HTTP health check failed \(status 503\)/,
    },
    { fault: { kind: "crash-loop", service: worker }, code: 7, says: /crashed at \S+: exited with code 137/ },
    {
      fault: { kind: "crash-loop", service: web },
      code: 7,
      says: /shap-web crashed at \S+: exited with code 137/,
    },
    {
      fault: { kind: "out-of-memory", service: worker },
      code: 7,
      says: /killed for its memory at \S+: out of memory \(limit 512Mi\)/,
    },
    { fault: { kind: "sync-error" }, code: 4, says: /Render could not sync the Blueprint/ },
  ])(
    "$fault.kind of $fault.service: $code",
    async ({ fault, code, says }) => {
      const onOutput = addFault(stack.local, fault);
      const args = ["deploy", "--on-failure", "rollback", "--redis-seconds", "5"];
      const ended = await stack.shapDeployWith({ onOutput }, ...args);
      expect(ended.stderr).toMatch(says);
      expect(ended.stderr).toMatch(/→ the previous version runs again/);
      if ("service" in fault) {
        // Where to look, and the last words of the service that failed.
        expect(ended.stdout + ended.stderr).toMatch(/Look at http:\/\/127\.0\.0\.1:\d+\/\S+/);
        expect(ended.stdout + ended.stderr).toMatch(/The last lines of shap-w\S+:\n +\d\d:\d\d:\d\d \S/);
      }
      expect(ended.code).toBe(code);
      await expectNothingHalfDone();
    },
    60_000,
  );
});

describe("a deploy that meets a fault of Render's API ends with its code before anything is changed", () => {
  it.each<{ answer: Extract<Fault, { kind: "http" }>["answer"]; code: number; says: RegExp }>([
    { answer: 401, code: 8, says: /does not accept the API key.*\n.*→ make a key at/ },
    { answer: 402, code: 8, says: /wants payment information.*\n.*→ add a card at/ },
    { answer: 404, code: 1, says: /knows nothing at GET \/owners.*\n.*→ / },
    { answer: 409, code: 8, says: /answered 409 to GET \/owners.*\n.*→ / },
    { answer: 429, code: 8, says: /rate limit holds.*\n.*→ wait a minute and run the same command again/ },
    { answer: 500, code: 1, says: /answered 500.*\n.*→ see https:\/\/status\.render\.com/ },
    { answer: 503, code: 1, says: /answered 503.*\n.*→ see https:\/\/status\.render\.com/ },
    { answer: "garbage", code: 1, says: /is no JSON.*\n.*→ is RENDER_API_URL right/ },
    { answer: "hang", code: 1, says: /did not answer within 0\.1 s.*\n.*→ check the network/ },
  ])(
    "$answer: $code",
    async ({ answer, code, says }) => {
      const head = await stack.fixture.git("rev-parse", "HEAD");
      stack.local.faults.add({ kind: "http", answer, times: 100 });
      const ended = await stack.shapDeployWith({ answerTimeout: 100 }, "deploy");
      expect(ended.stderr).toMatch(says);
      expect(ended.stderr).not.toContain("    at "); // no stack: it was foreseen
      expect(ended.code).toBe(code);
      expect(await stack.fixture.git("rev-parse", "HEAD")).toBe(head);
      await expectNothingHalfDone();
    },
    60_000,
  );

  it("an API that stumbles now and then is no failure", async () => {
    stack.local.faults.add({ kind: "http", method: "GET", answer: 503, call: 3, times: 2 });
    stack.local.faults.add({ kind: "http", method: "GET", answer: "garbage", call: 9, times: 1 });
    const { code } = await stack.shapDeploy("check");
    expect(code).toBe(exitCode.done);
    await expectNothingHalfDone();
  });
});

it("the exit code follows the deploy's state, also where its log and events cannot be had", async () => {
  stack.local.faults.add({ kind: "build-fails", service: web });
  for (const path of ["/logs", "/events"])
    stack.local.faults.add({ kind: "http", answer: 503, path, times: 1000 });
  const ended = await stack.shapDeploy("deploy", "--on-failure", "rollback");
  expect(ended.stderr).toMatch(/✗ shap-web: build failed\n *Look at http/);
  expect(ended.code).toBe(4);
  await expectNothingHalfDone();
}, 60_000);

it("key-value-unhealthy: the check fails with 3 before anything is changed", async () => {
  stack.local.faults.add({ kind: "key-value-unhealthy", service: "shap-queue" });
  const ended = await stack.shapDeploy("deploy");
  expect(ended.stderr).toMatch(/shap-queue is unavailable/);
  expect(ended.code).toBe(3);
  await expectNothingHalfDone();
});

it("deploy-stuck: 6, and rollback takes the unfinished deploy back", async () => {
  stack.local.faults.add({ kind: "deploy-stuck", service: web, times: 1 });
  const ended = await stack.shapDeploy("deploy", ...timesOut);
  expect(ended.stderr).toMatch(/Not live in time: shap-web \(starting\)[\s\S]*→ .*shap-deploy deploy again/);
  expect(ended.code).toBe(6);
  const looked = await stack.shapDeploy("rollback", "--dry-run");
  expect(looked.stdout).toMatch(/^Would take the deploy of \S+ back\.$/m);
  expect(workers()).toHaveLength(2);
  const back = JSON.parse((await stack.shapDeploy("rollback", "--timeout", "5", "--json")).stdout);
  expect(back).toMatchObject({ command: "rollback", ok: true });
  expect(back.done.join("\n")).toMatch(/the deploy in progress is cancelled/);
  await expectNothingHalfDone();
}, 60_000);

it("a push of somebody else's supersedes a deploy: 5, which is no failure; with it pulled, the deploy goes on", async () => {
  stack.local.faults.add({ kind: "deploy-stuck", service: web, times: 1 });
  const theirs = await stack.fixture.clone("theirs");
  await git(theirs, ["remote", "set-url", "origin", stack.local.gitUrl]);
  let pushing: Promise<unknown> | undefined;
  const onOutput = (text: string) => {
    if (/✓ sync/.test(text)) pushing ??= pushFrom(theirs);
  };
  const ended = await stack.shapDeployWith({ onOutput }, "deploy", "--on-failure", "rollback");
  expect(ended.stderr).toMatch(/a newer deploy, of [0-9a-f]{7}, took the place of this one\.\n.*→ git pull/);
  expect(ended.code).toBe(5);
  await pushing;
  await stack.fixture.git("pull", "--quiet", "--rebase", "origin", "main");
  const done = await stack.shapDeploy("deploy", "--redis-seconds", "5");
  expect(done.stdout).toContain("Deployed.");
  expect(done.code).toBe(0);
  expect(workers()).toHaveLength(1);
  const subjects = (await stack.fixture.git("log", "-2", "--format=%s")).split("\n");
  expect(subjects).toEqual(["Theirs", expect.stringMatching(/^Deploy shap-worker-/)]);
}, 60_000);

async function pushFrom(folder: string): Promise<void> {
  await git(folder, ["pull", "--quiet", "origin", "main"]);
  await writeFile(join(folder, "theirs.txt"), "theirs\n");
  await git(folder, ["add", "theirs.txt"]);
  await git(folder, ["commit", "--quiet", "--message", "Theirs"]);
  await git(folder, ["push", "--quiet", "origin", "HEAD:main"]);
}

it("deploy-superseded by a newer deploy of the same commit goes on with that one: 0", async () => {
  stack.local.faults.add({ kind: "deploy-superseded", service: web, times: 1 });
  const ended = await stack.shapDeploy("deploy", "--redis-seconds", "5");
  expect(ended.stdout).toContain("Deployed.");
  expect(ended.code).toBe(0);
}, 60_000);

it("unknown-status is waited through, with a warning: 0", async () => {
  stack.local.faults.add({ kind: "unknown-status", service: web });
  const ended = await stack.shapDeploy("deploy", "--redis-seconds", "5");
  expect(ended.stdout).toMatch(
    /! shap-web: Render tells a state this tool does not know \(warming_up\); waiting on/,
  );
  expect(ended.code).toBe(0);
}, 60_000);
