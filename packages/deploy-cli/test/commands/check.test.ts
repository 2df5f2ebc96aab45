import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../support/run-command.js";

const root = join(import.meta.dirname, "../../../..");
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shap-deploy-check-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function writeBlueprint(change: (text: string) => string): Promise<void> {
  await writeFile(join(folder, "render.yaml"), change(await readFile(join(root, "render.yaml"), "utf8")));
}

it("passes this repository's render.yaml, with code 0, and says what it could not look at", async () => {
  const { code, stdout, stderr } = await runCommand(["check", "--file", join(root, "render.yaml")], {
    folder,
  });
  expect(stderr).toBe("");
  expect(stdout).toContain("Repository  not looked at: This is no git repository.");
  expect(stdout).toContain("Nothing wrong in what was looked at.");
  expect(code).toBe(0);
});

it("ends with 3 and names the line, the reason and the fix when something is wrong", async () => {
  await writeBlueprint((text) => text.replace("noeviction", "allkeys-lru"));
  const { code, stdout } = await runCommand(["check"], { folder });
  expect(code).toBe(3);
  expect(stdout).toMatch(/✗ shap-queue has maxmemoryPolicy allkeys-lru {2}render\.yaml:\d+/);
  expect(stdout).toContain("throw away jobs");
  expect(stdout).toContain("→ maxmemoryPolicy: noeviction");
  expect(stdout).toContain("Not ready to deploy.");
});

it("--json gives one document on stdout and keeps people's text on stderr", async () => {
  await writeBlueprint((text) => text.replace("healthCheckPath: /health", "healthCheckPath: /"));
  const { code, stdout, stderr } = await runCommand(["check", "--json"], { folder });
  const document = JSON.parse(stdout);
  expect(document).toMatchObject({ command: "check", ok: true, exitCode: 0 });
  expect(document.findings).toContainEqual(
    expect.objectContaining({ id: "blueprint.web.health-check", level: "warning" }),
  );
  expect(stderr).toContain("Nothing wrong in what was looked at.");
  expect(code).toBe(0);
});

it("--strict counts warnings as failures", async () => {
  await writeBlueprint((text) => text.replace("healthCheckPath: /health", "healthCheckPath: /"));
  expect((await runCommand(["check", "--strict"], { folder })).code).toBe(3);
});

it("--verbose lists what is in order, too", async () => {
  const { stdout } = await runCommand(["check", "--verbose", "--file", join(root, "render.yaml")], {
    folder,
  });
  expect(stdout).toContain("✓ shap-queue evicts nothing");
});

it("--file reads another file", async () => {
  const { code } = await runCommand(["check", "--file", join(root, "render.yaml")], { folder });
  expect(code).toBe(0);
});

it("a missing file ends with 2 and the way out", async () => {
  const { code, stderr } = await runCommand(["check"], { folder });
  expect(code).toBe(2);
  expect(stderr).toContain("There is no render.yaml here.");
  expect(stderr).toContain("--file");
});

it.each([[["chek"]], [["check", "--nonsense"]], [["check", "extra"]]])(
  "a wrong command line %j ends with 2",
  async (args) => {
    const { code, stderr } = await runCommand(args, { folder });
    expect(code).toBe(2);
    expect(stderr).not.toBe("");
  },
);

it("shows a hostile name without obeying it", async () => {
  await writeBlueprint((text) => text.replaceAll("shap-web", '"shap\\e[2Jweb"'));
  const { stdout } = await runCommand(["check", "--verbose"], { folder });
  expect(stdout).not.toContain("\u001b");
  expect(stdout).toContain("shap\\x1b[2Jweb");
});
