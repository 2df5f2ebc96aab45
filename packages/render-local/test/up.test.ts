import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { execa } from "execa";
import { ProcessTable } from "../src/process/process-table.js";
import { FixtureRepository } from "./fixture-repository.js";
import { blueprint, webEntry, webProgram, workerEntry, workerProgram } from "./fixture-services.js";
import { until } from "./stack.js";

const main = join(import.meta.dirname, "..", "dist", "main.js");
const keyValue = `
  - { type: keyvalue, name: store, ipAllowList: [] }
`;

const repositories: FixtureRepository[] = [];
afterEach(async () => {
  for (const repository of repositories.splice(0)) await repository.remove();
});

async function repositoryWith(renderYaml: string): Promise<FixtureRepository> {
  const programs = { "web.mjs": webProgram, "worker.mjs": workerProgram };
  const repository = await FixtureRepository.create({ ...programs, "render.yaml": renderYaml });
  repositories.push(repository);
  return repository;
}

const env = { TMPDIR: process.env.RENDER_LOCAL_TEST_FOLDER };

describe("render-local up", () => {
  it("starts everything, says where it is, and leaves nothing behind after Ctrl-C", async () => {
    const { folder } = await repositoryWith(`${blueprint(webEntry("site"), workerEntry("crew"))}${keyValue}`);
    const running = execa("node", [main, "up", "--repo", folder, "--port", "0", "--time-scale", "0.02"], {
      env,
      reject: false,
      all: true,
    });
    let output = "";
    running.all.on("data", (data) => {
      output += String(data);
    });
    await until(
      "everything is live",
      () => output.includes("Everything is live.") || running.exitCode !== null,
    );
    expect(output).toMatch(/RENDER_API_KEY=rnd_\w+/);
    expect(output).toMatch(/crew +\| worker srv-\w+-\w+ runs/);
    const url = /site: (http:\S+)/.exec(output)?.[1] as string;
    const apiUrl = /RENDER_API_URL=(\S+)/.exec(output)?.[1] as string;
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(`${apiUrl}/users`)).status).toBe(401);

    const started = (await ProcessTable.read()).tree(running.pid as number);
    expect(started.some(({ command }) => command === "redis-server")).toBe(true);
    // npx passes the signal on that the terminal has sent as well, so it comes twice.
    running.kill("SIGINT");
    running.kill("SIGINT");
    expect((await running).exitCode).toBe(0);
    const { pids } = await ProcessTable.read();
    expect(started.filter(({ pid }) => pids.has(pid))).toEqual([]);
    await expect(fetch(url)).rejects.toThrow();
    expect(output).toContain("web got SIGTERM");
  });

  it("tells why a deploy failed, with its last lines, and stays up for the next push", async () => {
    const repository = await repositoryWith(blueprint(workerEntry("crew", "echo out of luck; exit 4")));
    const running = execa("node", [main, "up", "--repo", repository.folder, "--time-scale", "0.02"], {
      env,
      reject: false,
      all: true,
    });
    let output = "";
    running.all.on("data", (data) => {
      output += String(data);
    });
    await until("the failure is told", () => output.includes("crew: the deploy is update_failed."));
    expect(output.split("crew: the deploy is update_failed.")[1]).toContain("out of luck");
    const remote = /git push (\S+)/.exec(output)?.[1] as string;
    await repository.commit({ "render.yaml": blueprint(workerEntry("crew")) });
    await repository.push(remote);
    await until("the next push is live", () => /crew +\| ==> Your service is live/.test(output));
    running.kill("SIGTERM");
    expect((await running).exitCode).toBe(0);
  });

  it("takes its services with it when it is killed itself", async () => {
    const { folder } = await repositoryWith(`${blueprint(webEntry("site"))}${keyValue}`);
    const running = execa("node", [main, "up", "--repo", folder, "--port", "0", "--time-scale", "0.02"], {
      env,
      reject: false,
      all: true,
    });
    let output = "";
    running.all.on("data", (data) => {
      output += String(data);
    });
    await until("everything is live", () => output.includes("Everything is live."));
    const started = (await ProcessTable.read()).tree(running.pid as number);
    running.kill("SIGKILL");
    await running;
    // Only Linux ends a process when its parent is killed; elsewhere that is left to the user, and here to the test.
    if (process.platform !== "linux") for (const { pid } of started) process.kill(pid, "SIGKILL");
    await until("all have ended", async () => {
      const { pids } = await ProcessTable.read();
      return !started.some(({ pid }) => pids.has(pid));
    });
    const workFolder = /git push (\S+)\/repository.git/.exec(output)?.[1] as string;
    await rm(workFolder, { recursive: true });
  });

  it.each([
    [["up", "--repo", "/nowhere/at/all"], 2, /There is no folder \/nowhere\/at\/all/],
    [["up", "--time-scale", "7"], 2, /time scale must be above 0 and at most 1, not 7/],
    [["up", "--isolation", "magic"], 1, /Allowed choices are namespaces, process/],
    [["up", "--fault", "flood"], 1, /there is no fault flood/],
    [["up", "--env", "=x"], 1, /write it as KEY=VALUE/],
    [["up", "--port", "x"], 1, /a port is a whole number/],
  ])("refuses %j in one message", async (args, exitCode, message) => {
    const result = await execa("node", [main, ...args], { env, reject: false });
    expect(result.stderr).toMatch(message);
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr).not.toContain("    at ");
  });
});
