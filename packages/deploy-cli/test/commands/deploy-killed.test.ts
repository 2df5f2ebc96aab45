import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { stepNames } from "../../src/deploy/state.js";
import { firstWorker, type SystemStack, serviceKey, startSystem } from "../support/fixture-system.js";
import { gitProcessesIn, ProcessWatch } from "../support/process-watch.js";
import { timeScale } from "../support/render-local.js";

const program = join(import.meta.dirname, "../support/command-process.mjs");

let stack: SystemStack;
beforeEach(async () => {
  stack = await startSystem();
  await stack.whenRegistered(firstWorker);
});

/** `shap-deploy deploy` as a process of its own. */
function startDeploy(environment: Record<string, string> = {}) {
  return execa("node", [program, "deploy", "--verbose", "--redis-seconds", "5"], {
    cwd: stack.fixture.folder,
    reject: false,
    stdin: "ignore",
    env: {
      RENDER_API_KEY: stack.local.apiKey,
      RENDER_API_URL: stack.local.apiUrl,
      TEST_TIME_SCALE: String(timeScale),
      ...environment,
    },
  });
}

/** What must be true once the deploy has come to its end, however often it was cut off. */
async function expectOneDeploy(): Promise<void> {
  const subjects = (await stack.fixture.git("log", "--format=%s")).split("\n");
  expect(subjects).toEqual([expect.stringMatching(/^Deploy shap-worker-\d{14}$/), "Change"]);
  const names = stack.local.services.map(({ name }) => name);
  expect(names).toEqual(["shap-web", subjects[0].slice("Deploy ".length)]);
  expect(names).not.toContain(firstWorker);
  expect(stack.local.service("shap-web").deploys.all).toHaveLength(2);
  expect(stack.local.service(names[1]).deploys.all).toHaveLength(1);
  expect(await stack.fixture.git("ls-remote", "origin", "refs/heads/main")).toContain(
    await stack.fixture.git("rev-parse", "HEAD"),
  );
  expect(await stack.fixture.git("ls-remote", "origin", "refs/shap-deploy/*")).toBe("");
  expect(await stack.fixture.git("status", "--porcelain")).toBe("");
}

it("killed with -9 in each step, one after the other, it goes on where it was, and shows no secret to other processes", async () => {
  const watch = new ProcessWatch();
  const said: string[] = [];
  try {
    for (const step of stepNames) {
      const deploy = startDeploy();
      deploy.stdout.on("data", (data) => {
        if (String(data).includes(`${step} ...`)) deploy.kill("SIGKILL");
      });
      const { signal, stdout, stderr } = await deploy;
      said.push(stdout, stderr);
      expect([step, signal, stderr]).toEqual([step, "SIGKILL", ""]);
      await gitIsQuiet();
    }
    const { exitCode, stdout, stderr } = await startDeploy();
    said.push(stdout, stderr);
    expect(stdout).toContain("Deployed.");
    expect(exitCode).toBe(0);
  } finally {
    watch.close();
  }
  await expectOneDeploy();

  const state = await readFile(join(stack.fixture.folder, ".git/shap-deploy/last-deploy.json"), "utf8");
  const shown = [...watch.commandLines, ...watch.gitEnvironments, ...said, state].join("\n");
  expect(shown).toMatch(/^git push /m);
  expect(watch.gitEnvironments.size).toBeGreaterThan(0);
  for (const secret of [stack.local.apiKey, await serviceKey(stack.local)]) {
    expect(secret.length).toBeGreaterThan(8);
    expect(shown).not.toContain(secret);
  }
}, 120_000);

it("killed with -9 right after git has done its work, before that is written down, it does nothing twice", async () => {
  const bin = await gitThatKills();
  const PATH = `${bin}:${process.env.PATH}`;
  // The lock's push, the commit, the commit's push, and the push that gives the lock back.
  for (const [after, step] of [
    ["push", "lock"],
    ["commit", "commit"],
    ["push", "push"],
    ["push", "unlock"],
  ]) {
    const { signal, stdout } = await startDeploy({ PATH, KILL_AFTER: after });
    expect([signal, stdout.trimEnd().split("\n").at(-1)]).toEqual(["SIGKILL", `${step} ...`]);
  }
  const { exitCode } = await startDeploy();
  expect(exitCode).toBe(0);
  await expectOneDeploy();
}, 120_000);

/** A `git` that ends its caller the hard way once it has done the work of one command. */
async function gitThatKills(): Promise<string> {
  const { stdout: git } = await execa("which", ["git"]);
  const bin = join(stack.fixture.parent, "bin");
  await mkdir(bin);
  const script = `#!/bin/sh\n${git} "$@"\ncode=$?\n[ "$1" = "$KILL_AFTER" ] && kill -9 $PPID\nexit $code\n`;
  await writeFile(join(bin, "git"), script, { mode: 0o755 });
  return bin;
}

/** A git that the killed command had started works on without it; the next run begins when it is done. */
async function gitIsQuiet(): Promise<void> {
  while (gitProcessesIn(stack.fixture.folder).length > 0) await sleep(20);
}
