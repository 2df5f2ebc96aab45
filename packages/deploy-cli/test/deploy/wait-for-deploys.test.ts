import { silent } from "../../src/deploy/progress.js";
import { waitForDeploys } from "../../src/deploy/wait-for-deploys.js";
import { waitForSync } from "../../src/deploy/wait-for-sync.js";
import { type LocalStack, smallBlueprint, smallSystem, startStack } from "../support/render-local.js";

const worker = "shap-worker-20260101000000";

async function push(stack: LocalStack, files: Record<string, string> = { "note.txt": "x" }): Promise<string> {
  const commit = await stack.fixture.commit(files);
  await stack.fixture.git("push", "--quiet", "origin", "HEAD:refs/heads/main");
  return commit;
}

function deploysOf(stack: LocalStack, commit: string, warnings: string[] = [], timeout = 300_000) {
  return waitForDeploys({
    ...stack,
    progress: { ...silent, warn: (line) => void warnings.push(line) },
    ownerId: stack.local.owner.id,
    names: ["shap-web", worker],
    commit,
    since: new Date(Date.now() - 1000),
    timeout,
  });
}

function syncOf(stack: LocalStack, commit: string, timeout = 120_000, branch = "main") {
  return waitForSync({
    ...stack,
    progress: silent,
    ownerId: stack.local.owner.id,
    blueprintId: stack.local.blueprint.id,
    branch,
    commit,
    text: smallBlueprint,
    isSameIn: async () => false,
    timeout,
  });
}

it("ends when every service's newest deploy is live on the commit", async () => {
  const stack = await startStack(smallSystem);
  await stack.local.whenLive();
  const commit = await push(stack);
  expect(await syncOf(stack, commit)).toMatchObject({ state: "success", commit: { id: commit } });
  const live = await deploysOf(stack, commit);
  expect(live.map(({ service, deploy }) => [service.name, deploy.commit?.id, deploy.status])).toEqual([
    ["shap-web", commit, "live"],
    [worker, commit, "live"],
  ]);
});

it("a failed build ends it with Render's reason, the last log lines and where to look", async () => {
  const stack = await startStack(smallSystem);
  await stack.local.whenLive();
  stack.local.faults.add({ kind: "build-fails", service: worker });
  const commit = await push(stack);
  await expect(deploysOf(stack, commit)).rejects.toMatchObject({
    code: "deploy_failed",
    exitCode: 4,
    message: expect.stringContaining(`${worker}: build failed`),
    lines: expect.arrayContaining([expect.stringContaining("Look at http")]),
  });
});

it("a program that dies while it starts ends it before Render gives up", async () => {
  const stack = await startStack(smallSystem);
  await stack.local.whenLive();
  const commit = await push(stack, { "web.mjs": "console.error('no such table'); process.exit(3);" });
  await expect(deploysOf(stack, commit)).rejects.toMatchObject({
    exitCode: 4,
    message: expect.stringMatching(/^shap-web: .*(exited with code 3|exited early)/),
    lines: expect.arrayContaining([expect.stringContaining("no such table")]),
  });
});

it("an instance that dies ends it with its reason where Render goes on trying", async () => {
  const stack = await startStack(smallSystem);
  await stack.local.whenLive();
  stack.local.faults.add({ kind: "deploy-stuck", service: "shap-web" });
  const commit = await push(stack);
  const timestamp = new Date().toISOString();
  const details = { instanceID: "new", reason: { nonZeroExit: 3 } };
  stack.api.events = async (serviceId) => [
    { id: "evt-1", type: "server_failed", serviceId, timestamp, details },
  ];
  await expect(deploysOf(stack, commit)).rejects.toMatchObject({
    code: "server_failed",
    exitCode: 4,
    message: "shap-web: the new version dies while it starts: exited with code 3",
    lines: expect.arrayContaining([expect.stringContaining("==> Deploying...")]),
  });
});

it("a newer push supersedes it, which is no failure", async () => {
  const stack = await startStack(smallSystem);
  await stack.local.whenLive();
  const commit = await push(stack);
  const newer = await push(stack, { "note.txt": "newer" });
  while (stack.local.services.some(({ deploys }) => deploys.live?.commit.id !== newer))
    await new Promise((resolve) => setTimeout(resolve, 20));
  await expect(deploysOf(stack, commit)).rejects.toMatchObject({ code: "superseded", exitCode: 5 });
});

it("a suspended service ends it at once", async () => {
  const stack = await startStack(smallSystem);
  await stack.local.whenLive();
  await stack.api.suspend(stack.local.service(worker).id);
  const commit = await push(stack);
  await expect(deploysOf(stack, commit)).rejects.toMatchObject({ code: "service_suspended", exitCode: 4 });
});

it("a state that nobody knows is waited through, with one warning", async () => {
  const stack = await startStack(smallSystem);
  await stack.local.whenLive();
  stack.local.faults.add({ kind: "deploy-stuck", service: "shap-web" });
  stack.local.faults.add({ kind: "unknown-status", service: "shap-web" });
  const commit = await push(stack);
  const warnings: string[] = [];
  await expect(deploysOf(stack, commit, warnings, 60_000)).rejects.toMatchObject({
    code: "deploy_timeout",
    exitCode: 6,
  });
  expect(warnings.filter((line) => line.includes("warming_up"))).toHaveLength(1);
});

it("a failed sync is told with what validation says", async () => {
  const stack = await startStack(smallSystem);
  await stack.local.whenLive();
  stack.local.faults.add({ kind: "sync-error" });
  const commit = await push(stack);
  await expect(syncOf(stack, commit)).rejects.toMatchObject({ code: "sync_failed", exitCode: 4 });
});

it("a sync that does not come is explained", async () => {
  const stack = await startStack(smallSystem, { autoSync: false });
  await stack.local.whenLive();
  const commit = await push(stack);
  await expect(syncOf(stack, commit, 20_000)).rejects.toMatchObject({
    code: "sync_timeout",
    exitCode: 6,
    message: expect.stringContaining("auto-sync is off"),
  });
});

it("a sync that does not come because another branch was pushed is explained", async () => {
  const stack = await startStack(smallSystem);
  await stack.local.whenLive();
  const commit = await stack.fixture.commit({ "note.txt": "x" });
  await stack.fixture.git("push", "--quiet", "origin", "HEAD:refs/heads/release");
  await expect(syncOf(stack, commit, 20_000, "release")).rejects.toMatchObject({
    code: "sync_timeout",
    exitCode: 6,
    message: expect.stringContaining("follows the branch main, and release was pushed"),
  });
});

it("goes on through an API that stumbles", async () => {
  const stack = await startStack(smallSystem);
  await stack.local.whenLive();
  const commit = await push(stack);
  for (const answer of [500, 503, 429, "garbage"] as const) {
    stack.local.faults.add({ kind: "http", method: "GET", answer, call: 2, times: 2 });
  }
  expect(await deploysOf(stack, commit)).toHaveLength(2);
});
