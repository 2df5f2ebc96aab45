import { Redis } from "ioredis";
import { writeWorkerName } from "../../src/blueprint/write-worker-name.js";
import { firstWorker, type SystemStack, startSystem, systemFiles } from "../support/fixture-system.js";
import { expectPicture } from "./kept-picture.js";
import { TerminalScreen } from "./terminal-screen.js";

const environment = (stack: SystemStack) => ({
  RENDER_API_KEY: stack.local.apiKey,
  RENDER_API_URL: stack.local.apiUrl,
  TERM: "xterm-256color",
});

/** Runs a command on a terminal, and gives what it shows in the end. */
async function onTerminal(stack: SystemStack, ...args: string[]) {
  const screen = new TerminalScreen();
  const { code } = await stack.shapDeployWith(
    { isTerminal: true, environment: environment(stack), onOutput: (text) => screen.write(text) },
    ...args,
  );
  return { code, screen };
}

it("check shows what is wrong, why, and the line that mends it", async () => {
  const stack = await startSystem();
  await stack.whenRegistered(firstWorker);
  await stack.fixture.write({
    "render.yaml": systemFiles["render.yaml"]
      .replace("noeviction", "allkeys-lru")
      .replace('MAX_MEMORY_MB, value: "475"', 'MAX_MEMORY_MB, value: "600"'),
  });
  const { code, screen } = await onTerminal(stack, "check");
  expect(code).toBe(3);
  await expectPicture("check", "shap-deploy check", screen, stack);
});

it("deploy shows a line a service that changes, below the steps that are done", async () => {
  const stack = await startSystem();
  await stack.whenRegistered(firstWorker);
  // Web stays where the picture is taken; Ctrl-C then ends the deploy.
  stack.local.faults.add({ kind: "deploy-stuck", service: "shap-web", times: 1 });
  const screen = new TerminalScreen();
  const stop = new AbortController();
  const onOutput = (text: string) => {
    if (stop.signal.aborted) return;
    screen.write(text);
    if (/shap-web .* starting/.test(screen.text) && /shap-worker-\d+ .* live/.test(screen.text)) stop.abort();
  };
  const options = { isTerminal: true, environment: environment(stack), signal: stop.signal, onOutput };
  expect((await stack.shapDeployWith(options, "deploy")).code).toBe(5);
  await expectPicture("deploy", "shap-deploy deploy", screen, stack);
}, 60_000);

it("status, verify, fix-collision and prune show what they found", async () => {
  const stack = await startSystem();
  await stack.whenRegistered(firstWorker);
  await expectPicture("status", "shap-deploy status", (await onTerminal(stack, "status")).screen, stack);

  const verified = await onTerminal(stack, "verify", "--restarts", "1");
  expect(verified.code).toBe(0);
  await expectPicture("verify", "shap-deploy verify --restarts 1", verified.screen, stack);

  const redis = new Redis(stack.local.keyValue("shap-queue").connectionString);
  const name = "shap-worker-20251231000000-host-7-1767139200000-5d1c9a7e-0f2b-4c39-9b1e-7d40a8d5e6f1";
  await redis.set("worker:ghost", JSON.stringify({ name, instance: "srv-d0example-gone1", commit: "0" }));
  redis.disconnect();
  const fixed = await onTerminal(stack, "fix-collision");
  expect(fixed.code).toBe(0);
  await expectPicture("fix-collision", "shap-deploy fix-collision", fixed.screen, stack);

  const renamed = "shap-worker-20260202000000";
  await stack.fixture.commit({ "render.yaml": writeWorkerName(systemFiles["render.yaml"], renamed) });
  await stack.fixture.git("push", "--quiet", "origin", "main");
  await stack.whenRegistered(renamed);
  const pruned = await onTerminal(stack, "prune", "--yes");
  expect(pruned.code).toBe(0);
  await expectPicture("prune", "shap-deploy prune --yes", pruned.screen, stack);
}, 90_000);
