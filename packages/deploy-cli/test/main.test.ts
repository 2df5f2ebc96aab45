import { join } from "node:path";
import { execa } from "execa";

const main = join(import.meta.dirname, "../dist/main.js");
const shapDeploy = (...args: string[]) => execa("node", [main, ...args], { reject: false, stdin: "ignore" });

it("the built command tells its version and every command it has", async () => {
  expect((await shapDeploy("--version")).stdout).toMatch(/^\d+\.\d+\.\d+$/);
  const { stdout, exitCode } = await shapDeploy("--help");
  for (const command of [
    "init",
    "check",
    "deploy",
    "verify",
    "fix-collision",
    "status",
    "logs",
    "rollback",
    "prune",
    "rehearse",
  ]) {
    expect(stdout).toMatch(new RegExp(`^ {2}${command} \\[options\\]`, "m"));
  }
  expect(exitCode).toBe(0);
});

it("--help is quick because it loads the command line's own files and commander, and no command", async () => {
  const list = join(import.meta.dirname, "support/list-modules.mjs");
  const { stdout, stderr } = await execa("node", ["--no-warnings", "--import", list, main, "--help"]);
  expect(stdout).toContain("Exit codes");
  const loaded = stderr.split("\n").filter((url) => url.startsWith("file:"));
  const foreign = loaded.filter((url) => !url.includes("/deploy-cli/dist/"));
  expect(loaded.length).toBeLessThan(25);
  expect(foreign.length).toBeGreaterThan(0);
  expect(foreign.filter((url) => !url.includes("/node_modules/commander/"))).toEqual([]);
  expect(loaded.filter((url) => url.includes("/commands/"))).toEqual([]);
});

it("a wrong command line ends the process with 2 and says it on stderr", async () => {
  const { exitCode, stdout, stderr } = await shapDeploy("deploy", "--restarts", "many");
  expect(stderr).toContain("A whole number from 0 to 20 is needed.");
  expect(stdout).toBe("");
  expect(exitCode).toBe(2);
});
