import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemFiles } from "../support/fixture-system.js";
import { GitFixture } from "../support/git-repository.js";
import { runCommand } from "../support/run-command.js";

let fixture: GitFixture;
afterEach(() => fixture.remove());

const rehearsals = async () => (await readdir(tmpdir())).filter((name) => name.startsWith("shap-rehearsal-"));

it("deploys the present commit to Render on this computer, breaks it on purpose, and leaves nothing behind", async () => {
  fixture = await GitFixture.create(systemFiles);
  const head = await fixture.git("rev-parse", "HEAD");
  const before = await rehearsals();
  const report = join(fixture.parent, "rehearsal.md");
  const args = ["rehearse", "--restarts", "0", "--chaos", "--time-scale", "0.01", "--report", report];
  const { code, stdout } = await runCommand(args, { folder: fixture.folder });
  expect(stdout).toContain("Rehearsed.");
  expect(stdout).toMatch(/✓ 7\. back after: the worker killed with -9/);
  expect(stdout).toMatch(/✓ 8\. back after: Redis killed and started again/);
  expect(stdout).toMatch(/✓ 9\. back after: the worker killed for its memory/);
  expect(code).toBe(0);
  expect(await readFile(report, "utf8")).toContain("# Verification: passed");
  expect(await fixture.git("rev-parse", "HEAD")).toBe(head);
  expect(await fixture.git("ls-remote", "origin")).not.toContain("refs/shap-deploy");
  expect((await rehearsals()).filter((name) => !before.includes(name))).toEqual([]);
}, 120_000);

it("a commit that does not come up ends with 4 and the build's last lines", async () => {
  fixture = await GitFixture.create({
    ...systemFiles,
    "render.yaml": systemFiles["render.yaml"].replaceAll(
      "echo nothing to build",
      "echo cannot compile; exit 2; echo",
    ),
  });
  const args = ["rehearse", "--time-scale", "0.01", "--file", "render.yaml", "--json", "--verbose"];
  const { code, stdout, stderr } = await runCommand(args, { folder: fixture.folder });
  expect(JSON.parse(stdout)).toMatchObject({ ok: false, exitCode: 4, error: { code: "rehearsal_start" } });
  expect(stderr).toContain("does not come up");
  expect(stderr).toContain("cannot compile");
  expect(code).toBe(4);
}, 60_000);
