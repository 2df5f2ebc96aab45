import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DeployDependencies } from "../../src/deploy/deploy-run.js";
import { DeployRun } from "../../src/deploy/deploy-run.js";
import { silent } from "../../src/deploy/progress.js";
import { rollBack } from "../../src/deploy/roll-back.js";
import { runDeploy } from "../../src/deploy/run-deploy.js";
import { StateFile, type StepName } from "../../src/deploy/state.js";
import { git } from "../../src/git/git.js";
import { Repository } from "../../src/git/repository.js";
import type { VerificationReport } from "../../src/verify/report.js";
import { type LocalStack, smallSystem, startStack } from "../support/render-local.js";

const oldWorker = "shap-worker-20260101000000";

/** A deploy whose verification asks the running web service which commit it is. */
async function dependencies(
  stack: LocalStack,
  change: Partial<DeployDependencies> = {},
): Promise<DeployDependencies> {
  const repository = await Repository.open(stack.fixture.folder);
  return {
    api: stack.api,
    clock: stack.clock,
    repository,
    stateFile: new StateFile(await repository.privatePath("deploy.json")),
    progress: silent,
    target: { remote: "origin", branch: "main" },
    settings: { file: "render.yaml", message: "Deploy {worker}", retire: "delete", timeout: 600_000 },
    check: async () => [],
    async verify(state) {
      const web = await stack.api.service(state.web?.id ?? "");
      const answer = await fetch(`${web.serviceDetails?.url}/health`);
      const { commit } = (await answer.json()) as { commit: string };
      return report(commit === state.commit, state.commit ?? "");
    },
    ...change,
  };
}

function report(ok: boolean, commit: string): VerificationReport {
  const proof = {
    number: 1,
    title: "live",
    state: ok ? ("passed" as const) : ("failed" as const),
    facts: [],
    seconds: 0,
  };
  return { ok, startedAt: "", finishedAt: "", commit, url: "", web: "", worker: "", proofs: [proof] };
}

/** Stops the run as a crash would, when a step begins. */
function crashAt(step: StepName): Partial<DeployDependencies> {
  return {
    progress: {
      ...silent,
      step(name) {
        if (name === step) throw new Error(`crashed at ${step}`);
      },
    },
  };
}

const workerNames = (stack: LocalStack) =>
  stack.local.services.filter(({ type }) => type === "background_worker").map(({ name }) => name);
const commits = (stack: LocalStack) => stack.fixture.git("log", "--format=%s", "main");

it("stamps, commits, pushes, waits, verifies, and retires the previous worker", async () => {
  const stack = await startStack(smallSystem);
  await stack.local.whenLive();
  const { state } = await runDeploy(await dependencies(stack));
  const text = await readFile(join(stack.fixture.folder, "render.yaml"), "utf8");
  expect(text).toBe(smallSystem["render.yaml"].replace(oldWorker, state.workerName ?? ""));
  expect(workerNames(stack)).toEqual([state.workerName]);
  expect(await commits(stack)).toBe(`Deploy ${state.workerName}\nChange`);
  expect(stack.local.service(state.workerName ?? "").deploys.all[0].commit.id).toBe(state.commit);
  expect(await stack.fixture.git("ls-remote", "origin", "refs/shap-deploy/*")).toBe("");
  expect(await stack.fixture.git("status", "--porcelain")).toBe("");
});

it("goes on where it was after a crash at any step, without a second stamp, commit or deploy", async () => {
  const stack = await startStack(smallSystem);
  await stack.local.whenLive();
  for (const step of [
    "look",
    "stamp",
    "commit",
    "push",
    "sync",
    "deploys",
    "verify",
    "retire",
    "unlock",
  ] as const) {
    await expect(runDeploy(await dependencies(stack, crashAt(step)))).rejects.toThrow(`crashed at ${step}`);
  }
  const { state } = await runDeploy(await dependencies(stack));
  expect(await commits(stack)).toBe(`Deploy ${state.workerName}\nChange`);
  expect(workerNames(stack)).toEqual([state.workerName]);
  expect(stack.local.service("shap-web").deploys.all).toHaveLength(2);
});

it("says who deploys, and stops, while another deploy holds the lock", async () => {
  const stack = await startStack(smallSystem);
  await stack.local.whenLive();
  await expect(runDeploy(await dependencies(stack, crashAt("look")))).rejects.toThrow("crashed");
  const other = await Repository.open(await stack.fixture.clone("other"));
  await git(other.folder, ["remote", "set-url", "origin", stack.local.gitUrl]);
  const second = await dependencies(stack, {
    repository: other,
    stateFile: new StateFile(await other.privatePath("deploy.json")),
  });
  await expect(runDeploy(second)).rejects.toMatchObject({ code: "locked", exitCode: 5 });
  expect(workerNames(stack)).toEqual([oldWorker]);
});

it("a failed proof ends with 7, and going back restores worker, web, stamp and lock", async () => {
  const stack = await startStack(smallSystem);
  await stack.local.whenLive();
  const before = stack.local.service("shap-web").deploys.all[0].commit.id;
  await stack.fixture.commit({ "note.txt": "a change that does not hold" });
  const failing = await dependencies(stack, { verify: async (state) => report(false, state.commit ?? "") });
  await expect(runDeploy(failing)).rejects.toMatchObject({ code: "verification_failed", exitCode: 7 });
  expect(workerNames(stack)).toHaveLength(2);

  const state = await failing.stateFile.read();
  if (!state) throw new Error("the state is kept");
  await rollBack(new DeployRun(failing, state), "the test said so");
  await stack.local.whenLive();
  expect(workerNames(stack)).toEqual([oldWorker]);
  const web = stack.local.service("shap-web");
  expect(web.deploys.all.find(({ status }) => status === "live")?.commit.id).toBe(before);
  const text = await readFile(join(stack.fixture.folder, "render.yaml"), "utf8");
  expect(text).toBe(smallSystem["render.yaml"]);
  expect(await stack.fixture.git("status", "--porcelain")).toBe("");
  expect(await stack.fixture.git("ls-remote", "origin", "refs/heads/main")).toContain(
    await stack.fixture.git("rev-parse", "HEAD"),
  );
  expect(await stack.fixture.git("ls-remote", "origin", "refs/shap-deploy/*")).toBe("");
  expect(await failing.stateFile.read()).toBeUndefined();
});

it("a fix on top of a failed deploy goes on under the same stamp", async () => {
  const stack = await startStack(smallSystem);
  await stack.local.whenLive();
  stack.local.faults.add({ kind: "build-fails", service: "shap-web", times: 1 });
  const first = await dependencies(stack);
  await expect(runDeploy(first)).rejects.toMatchObject({ exitCode: 4 });
  const { workerName } = (await first.stateFile.read()) ?? {};
  await stack.fixture.commit({ "note.txt": "mended" }, "Mend it");
  const { state } = await runDeploy(await dependencies(stack));
  expect(state.workerName).toBe(workerName);
  expect(await commits(stack)).toBe(`Mend it\nDeploy ${workerName}\nChange`);
  expect(workerNames(stack)).toEqual([workerName]);
});

it("a fix that leaves render.yaml as it is needs no sync where Render makes none for it", async () => {
  const stack = await startStack(smallSystem, { syncUnchanged: false });
  await stack.local.whenLive();
  stack.local.faults.add({ kind: "build-fails", service: "shap-web", times: 1 });
  await expect(runDeploy(await dependencies(stack))).rejects.toMatchObject({ exitCode: 4 });
  await stack.fixture.commit({ "note.txt": "mended" }, "Mend it");
  const done: string[] = [];
  const progress = {
    ...silent,
    stepDone: (name: StepName, detail: string) => void done.push(`${name}: ${detail}`),
  };
  const { state } = await runDeploy(await dependencies(stack, { progress }));
  expect(done).toContainEqual(
    expect.stringMatching(/^sync: nothing to sync: render\.yaml is as Render took it in at [0-9a-f]{7}$/),
  );
  expect(stack.local.blueprint.syncs.map(({ commit }) => commit.id)).not.toContain(state.commit);
  expect(workerNames(stack)).toEqual([state.workerName]);
});

it("a push over another's work is refused with the way out, and goes on after a rebase", async () => {
  const stack = await startStack(smallSystem);
  await stack.local.whenLive();
  const others = await Repository.open(await stack.fixture.clone("others"));
  await git(others.folder, ["remote", "set-url", "origin", stack.local.gitUrl]);
  await writeFile(join(others.folder, "web.mjs"), `${smallSystem["web.mjs"]}\n// theirs\n`);
  await others.push(await others.commitFile("web.mjs", "Theirs"), { remote: "origin", branch: "main" });
  await stack.local.whenLive();
  await expect(runDeploy(await dependencies(stack))).rejects.toMatchObject({
    code: "push_rejected",
    exitCode: 4,
  });
  await stack.fixture.git("pull", "--quiet", "--rebase", "origin", "main");
  const { state } = await runDeploy(await dependencies(stack));
  expect(await commits(stack)).toBe(`Deploy ${state.workerName}\nTheirs\nChange`);
});

it("--retire suspend keeps the previous worker, without an instance", async () => {
  const stack = await startStack(smallSystem);
  await stack.local.whenLive();
  const settings = {
    file: "render.yaml",
    message: "Deploy {worker}",
    retire: "suspend",
    timeout: 600_000,
  } as const;
  await runDeploy(await dependencies(stack, { settings }));
  const previous = stack.local.service(oldWorker);
  expect(previous.isSuspended).toBe(true);
  expect(await stack.api.instances(previous.id)).toEqual([]);
});
