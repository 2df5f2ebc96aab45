import { Redis } from "ioredis";
import { writeWorkerName } from "../../src/blueprint/write-worker-name.js";
import { firstWorker, startSystem, systemFiles } from "../support/fixture-system.js";

it("status tells what runs; logs merge the services; prune finds and deletes what a rename has left behind", async () => {
  const stack = await startSystem();
  const { shapDeploy, fixture, local } = stack;
  const commit = await fixture.git("rev-parse", "HEAD");
  await stack.whenRegistered(firstWorker);

  const before = JSON.parse((await shapDeploy("status", "--json")).stdout);
  expect(before.services).toMatchObject([
    { name: "shap-web", state: "live", commit, instances: 1 },
    { name: firstWorker, state: "live", commit, instances: 1 },
    { name: "shap-queue", state: "available" },
  ]);
  expect(before.workers).toEqual([expect.stringContaining(`${firstWorker}-`)]);
  expect(before.orphans).toEqual([]);
  const shown = await shapDeploy("status");
  expect(shown.stdout).toContain(`shap-web                    live       ${commit.slice(0, 7)}`);
  expect(shown.code).toBe(0);

  const logs = await shapDeploy("logs", "--since", "1h");
  expect(logs.stdout).toMatch(/shap-web +web listens/);
  expect(logs.stdout).toMatch(new RegExp(`${firstWorker} +registered as ${firstWorker}`));
  const lines = (await shapDeploy("logs", "--json", "--service", "worker")).stdout.trim().split("\n");
  expect(lines.map((line) => JSON.parse(line).service)).toEqual(lines.map(() => firstWorker));

  expect((await shapDeploy("prune")).stdout).toContain("no worker service is left over");
  // Somebody renames the worker by hand: Render makes a new service and leaves the old one running.
  const renamed = "shap-worker-20260202000000";
  await fixture.commit({ "render.yaml": writeWorkerName(systemFiles["render.yaml"], renamed) });
  await fixture.git("push", "--quiet", "origin", "main");
  while (!local.services.some(({ name }) => name === renamed))
    await new Promise((done) => setTimeout(done, 50));
  await local.whenLive();

  const asked = await shapDeploy("prune");
  expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining("--yes") });
  const looked = await shapDeploy("prune", "--dry-run");
  expect(looked.stdout).toMatch(new RegExp(`${firstWorker} +0 days +running +about \\$7 a month`));
  expect(local.services).toHaveLength(3);
  const pruned = JSON.parse((await shapDeploy("prune", "--yes", "--json")).stdout);
  expect(pruned.deleted).toEqual([firstWorker]);
  expect(local.services.map(({ name }) => name).sort()).toEqual(["shap-web", renamed]);
}, 60_000);

it("fix-collision tells the overlap of a restart from a collision, and clears neither of the two", async () => {
  const { shapDeploy, local, api, whenRegistered } = await startSystem();
  await whenRegistered(firstWorker);
  const worker = local.service(firstWorker);
  // At Render's own pace the old instance goes on for a minute.
  local.timeScale = 1;
  await api.restart(worker.id);
  const registrations = async () =>
    JSON.parse((await shapDeploy("fix-collision", "--json")).stdout) as {
      registrations: { verdict: string; why: string }[];
      cleared: string[];
    };
  const isStarting = () => worker.fleet.instances.some(({ state }) => state === "starting");
  let found = await registrations();
  while (found.registrations.length < 2 || isStarting()) {
    // Render answers 400 questions a minute, at its own pace too; each look asks some.
    await new Promise((done) => setTimeout(done, 500));
    found = await registrations();
  }
  local.timeScale = 0.01;
  const why = "Render runs 2 instances: old and new overlap for a minute in a deploy";
  expect(found.registrations).toEqual(Array(2).fill(expect.objectContaining({ verdict: "overlap", why })));
  expect(found.cleared).toEqual([]);
}, 60_000);

it("fix-collision explains what is registered by what Render runs, and clears only what is dead", async () => {
  const { shapDeploy, local, whenRegistered } = await startSystem();
  await whenRegistered(firstWorker);
  const redis = new Redis(local.keyValue("shap-queue").connectionString);
  const ghost = "shap-worker-20250101000000-host-7-1-gone";
  await redis.set("worker:ghost", JSON.stringify({ name: ghost, instance: "srv-gone", commit: "0" }));
  redis.disconnect();

  const looked = JSON.parse((await shapDeploy("fix-collision", "--dry-run", "--json")).stdout);
  expect(looked.registrations).toHaveLength(2);
  expect(looked.registrations).toContainEqual(expect.objectContaining({ name: ghost, verdict: "dead" }));
  expect(looked.registrations).toContainEqual(
    expect.objectContaining({ name: expect.stringContaining(firstWorker), verdict: "alive" }),
  );
  const fixed = await shapDeploy("fix-collision");
  expect(fixed.stdout).toContain(`cleared: ${ghost}`);
  expect(fixed.code).toBe(0);
  const after = JSON.parse((await shapDeploy("fix-collision", "--json")).stdout);
  expect(after.registrations).toEqual([expect.objectContaining({ verdict: "alive" })]);
}, 60_000);
