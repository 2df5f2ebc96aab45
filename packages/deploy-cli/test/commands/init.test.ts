import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../support/run-command.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shap-deploy-init-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it.each([[["init"]], [["init", "--base", "my-shap", "--region", "frankfurt"]]])(
  "%j writes a Blueprint in which check finds nothing to mend, also in an empty folder",
  async (args) => {
    const { code, stdout } = await runCommand(args, { folder });
    expect(code).toBe(0);
    expect(stdout).toContain("https://dashboard.render.com/blueprint/new?repo=");
    const checked = await runCommand(["check", "--json"], { folder });
    const { findings } = JSON.parse(checked.stdout);
    const ofBlueprint = findings.filter(({ id }: { id: string }) => id.startsWith("blueprint."));
    expect(ofBlueprint.length).toBeGreaterThan(10);
    expect(ofBlueprint.filter(({ level }: { level: string }) => level !== "pass")).toEqual([]);
  },
);

it("does not write over a file, unless told to", async () => {
  await writeFile(join(folder, "render.yaml"), "mine");
  const refused = await runCommand(["init"], { folder });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("--force");
  expect(await readFile(join(folder, "render.yaml"), "utf8")).toBe("mine");
  expect((await runCommand(["init", "--force"], { folder })).code).toBe(0);
  expect(await readFile(join(folder, "render.yaml"), "utf8")).toContain("shap-web");
});

it("--dry-run shows the file and writes none", async () => {
  const { stdout } = await runCommand(["init", "--dry-run"], { folder });
  expect(stdout).toContain("maxmemoryPolicy: noeviction");
  await expect(readFile(join(folder, "render.yaml"))).rejects.toThrow(/ENOENT/);
});

it.each([["; rm -rf /"], ["Über"], ["a".repeat(40)], [""]])("refuses the base %j", async (base) => {
  expect((await runCommand(["init", "--base", base], { folder })).code).toBe(2);
});
