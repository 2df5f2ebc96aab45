import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { firstWorker, type SystemStack, serviceKey, startSystem } from "../support/fixture-system.js";

const workers = (stack: SystemStack) =>
  stack.local.services.filter(({ type }) => type === "background_worker").map(({ name }) => name);

it("deploys, verifies with the test job's values computed here, retires the old worker, and tells it as JSON", async () => {
  const stack = await startSystem();
  const report = join(stack.fixture.parent, "report.md");
  const { code, stdout, stderr } = await stack.shapDeploy("deploy", "--json", "--report", report);
  expect(stderr).toContain("Deployed.");
  expect(code).toBe(0);
  const document = JSON.parse(stdout);
  expect(document).toMatchObject({
    command: "deploy",
    ok: true,
    deploy: { verified: true },
    report: { ok: true },
  });
  expect(document.report.proofs[3].facts.join()).toMatch(/\d+ values equal those computed here/);
  expect(workers(stack)).toEqual([document.deploy.workerName]);
  expect(await readFile(report, "utf8")).toMatch(/^# Verification: passed/);

  // The key that the tool reads from Render, and Render's own, are nowhere.
  const state = await readFile(join(stack.fixture.folder, ".git/shap-deploy/last-deploy.json"), "utf8");
  const value = await serviceKey(stack.local);
  for (const text of [stdout, stderr, state]) {
    expect(text).not.toContain(stack.local.apiKey);
    expect(text).not.toContain(value);
  }
}, 60_000);

it("a version whose values are wrong fails the fourth proof with 7, and the previous version is brought back", async () => {
  const stack = await startSystem();
  const before = stack.local.service("shap-web").deploys.all[0].commit.id;
  await stack.fixture.commit({ "lie.txt": "yes" }, "Lie");
  const { code, stdout, stderr } = await stack.shapDeploy("deploy", "--redis-seconds", "5");
  expect(stdout).toMatch(/✗ 4\. a test job's values are right/);
  expect(stdout).toContain("does not add up");
  expect(stderr).toContain("a proof failed");
  expect(code).toBe(7);
  await stack.local.whenLive();
  expect(workers(stack)).toEqual([firstWorker]);
  const live = stack.local.service("shap-web").deploys.all.find(({ status }) => status === "live");
  expect(live?.commit.id).toBe(before);
}, 60_000);

it("--dry-run says what would be done and does nothing", async () => {
  const stack = await startSystem();
  const head = await stack.fixture.git("rev-parse", "HEAD");
  const { code, stdout } = await stack.shapDeploy("deploy", "--dry-run");
  expect(stdout).toMatch(new RegExp(`write the name shap-worker-\\d{14} in place of ${firstWorker}`));
  expect(code).toBe(0);
  expect(await stack.fixture.git("rev-parse", "HEAD")).toBe(head);
  expect(await stack.fixture.git("status", "--porcelain")).toBe("");
  expect(workers(stack)).toEqual([firstWorker]);
});

it("rollback brings web and worker back to the last good deploy", async () => {
  const stack = await startSystem();
  const good = await stack.fixture.git("rev-parse", "HEAD");
  await stack.fixture.commit({ "note.txt": "newer" });
  await stack.fixture.git("push", "--quiet", "origin", "main");
  const web = stack.local.service("shap-web");
  const worker = stack.local.service(firstWorker);
  const runs = (service: typeof web) =>
    service.deploys.all.find(({ status }) => status === "live")?.commit.id;
  await waitUntil(() => runs(web) !== good && runs(worker) !== good);
  await stack.local.whenLive();
  const { code, stdout } = await stack.shapDeploy("rollback");
  expect(stdout).toContain(`shap-web back to ${good.slice(0, 7)}`);
  expect(code).toBe(0);
  expect(runs(web)).toBe(good);
  expect(runs(worker)).toBe(good);
});

async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 50));
}
