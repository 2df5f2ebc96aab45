import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { LocalRegistry } from "./support/local-registry.js";

const packages = join(import.meta.dirname, "../..");
let folder: string;
let registry: LocalRegistry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shap-deploy-packed-"));
  registry = await LocalRegistry.start(join(packages, ".."));
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

const npm = (cwd: string, ...args: string[]) => execa("npm", args, { cwd, stdin: "ignore" });

it("installed from its packed tarball into an empty folder, npx shap-deploy init and check work; it is under 1 MB", async () => {
  const packed = join(folder, "packed");
  await execa("mkdir", [packed]);
  const { stdout } = await npm(
    join(packages, ".."),
    "pack",
    "--json",
    "--ignore-scripts",
    "--pack-destination",
    packed,
    "--workspace=shap-deploy",
    "--workspace=render-local",
    "--workspace=shap-core",
  );
  const sizes = Object.fromEntries(
    (JSON.parse(stdout) as { name: string; size: number; unpackedSize: number }[]).map((one) => [
      one.name,
      one,
    ]),
  );
  expect(sizes["shap-deploy"].size).toBeLessThan(1e6);
  expect(sizes["shap-deploy"].unpackedSize).toBeLessThan(1e6);

  // The two that it depends on are not published yet: their tarballs are given beside it.
  const empty = join(folder, "empty");
  await execa("mkdir", [empty]);
  const tarballs = (await readdir(packed)).map((name) => join(packed, name));
  expect(tarballs).toHaveLength(3);
  const quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  const own = ["--registry", registry.url, "--cache", join(folder, "cache")];
  await npm(empty, "install", ...quiet, ...own, ...tarballs);

  const shapDeploy = (...args: string[]) =>
    execa("npx", ["--no-install", "shap-deploy", ...args], {
      cwd: empty,
      reject: false,
      stdin: "ignore",
      env: { RENDER_API_KEY: undefined, NO_COLOR: "1" },
    });
  const made = await shapDeploy("init");
  expect(made.stderr).toBe("");
  expect(made.stdout).toContain("✓ render.yaml is written");
  expect(made.exitCode).toBe(0);
  expect(await readFile(join(empty, "render.yaml"), "utf8")).toMatch(/name: shap-worker-\d{14}/);
  const checked = await shapDeploy("check");
  expect(checked.stderr).toBe("");
  expect(checked.stdout).toMatch(/^Blueprint {2}\d+ passed$/m);
  expect(checked.stdout).toContain("Nothing wrong in what was looked at.");
  expect(checked.exitCode).toBe(0);
}, 120_000);

it("lists its dependencies in its README, each with its reason", async () => {
  const { dependencies } = JSON.parse(await readFile(join(packages, "deploy-cli/package.json"), "utf8"));
  const readme = await readFile(join(packages, "deploy-cli/README.md"), "utf8");
  const [, section] = readme.split("## Dependencies, and why");
  const listed = [...section.matchAll(/^\| `([^`]+)` +\| \S.*\|$/gm)].map(([, name]) => name);
  expect(listed.sort()).toEqual(Object.keys(dependencies).sort());
});
