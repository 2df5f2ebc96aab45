import { firstWorker, type SystemStack, startSystem, systemFiles } from "../support/fixture-system.js";

const workers = (stack: SystemStack) =>
  stack.local.services.filter(({ type }) => type === "background_worker").map(({ name }) => name);

/** Takes more memory than the plan has before it does anything else; every page of it is written to. */
const hungry = `console.log("reading the model");
const held = Buffer.alloc(700 * 1024 * 1024, 1);
setInterval(() => held.length, 1000);
`;

it("a worker that outgrows its plan before its deploy is live ends it at once with 4, the limit, its last lines and where to look", async () => {
  const stack = await startSystem();
  await stack.fixture.commit({ "worker.mjs": hungry }, "Read a larger model");
  // Render's own pace: a worker counts as up after ten seconds, long after this one is dead.
  stack.local.timeScale = 1;
  const ended = await stack.shapDeploy("deploy", "--on-failure", "keep");
  stack.local.timeScale = 0.01;
  expect(ended.stderr).toMatch(/✗ shap-worker-\d{14}: .*: out of memory \(limit 512Mi\)/);
  expect(ended.stderr).toMatch(/The last lines of shap-worker-\d{14}:\n/);
  expect(ended.stderr).toMatch(/\d\d:\d\d:\d\d reading the model/);
  expect(ended.stderr).toMatch(/\d\d:\d\d:\d\d ==> Out of memory \(used over 512Mi\)/);
  expect(ended.stderr).toMatch(/Look at http:\/\/127\.0\.0\.1:\d+\/\S+/);
  expect(ended.code).toBe(4);

  await stack.fixture.commit({ "worker.mjs": systemFiles["worker.mjs"] }, "Read a smaller model");
  const mended = await stack.shapDeploy("deploy", "--redis-seconds", "5");
  expect(mended.stdout).toContain("Deployed.");
  expect(mended.code).toBe(0);
  expect(workers(stack)).toHaveLength(1);
  expect(workers(stack)).not.toContain(firstWorker);
}, 90_000);
