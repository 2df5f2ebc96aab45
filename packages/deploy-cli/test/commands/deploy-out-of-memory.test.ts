import { expectPicture } from "../pictures/kept-picture.js";
import { TerminalScreen } from "../pictures/terminal-screen.js";
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
  const screen = new TerminalScreen();
  const environment = { RENDER_API_KEY: stack.local.apiKey, RENDER_API_URL: stack.local.apiUrl };
  const onOutput = (text: string) => screen.write(text);
  const ended = await stack.shapDeployWith(
    { isTerminal: true, environment: { ...environment, TERM: "xterm-256color" }, onOutput },
    "deploy",
    "--on-failure",
    "keep",
  );
  stack.local.timeScale = 0.01;
  expect(screen.text).toMatch(/✗ shap-worker-\d{14}: .*: out of memory \(limit 512Mi\)/);
  expect(screen.text).toMatch(/The last lines of shap-worker-\d{14}:\n/);
  expect(screen.text).toMatch(/\d\d:\d\d:\d\d reading the model/);
  expect(screen.text).toMatch(/\d\d:\d\d:\d\d ==> Out of memory \(used over 512Mi\)/);
  expect(screen.text).toMatch(/Look at http:\/\/127\.0\.0\.1:\d+\/\S+/);
  expect(ended.code).toBe(4);
  await expectPicture("out-of-memory", "shap-deploy deploy --on-failure keep", screen, stack);

  await stack.fixture.commit({ "worker.mjs": systemFiles["worker.mjs"] }, "Read a smaller model");
  const mended = await stack.shapDeploy("deploy", "--redis-seconds", "5");
  expect(mended.stdout).toContain("Deployed.");
  expect(mended.code).toBe(0);
  expect(workers(stack)).toHaveLength(1);
  expect(workers(stack)).not.toContain(firstWorker);
}, 90_000);
