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

it("a wrong command line ends the process with 2 and says it on stderr", async () => {
  const { exitCode, stdout, stderr } = await shapDeploy("deploy", "--restarts", "many");
  expect(stderr).toContain("A whole number from 0 to 20 is needed.");
  expect(stdout).toBe("");
  expect(exitCode).toBe(2);
});
