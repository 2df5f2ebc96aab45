import { rm } from "node:fs/promises";
import { join } from "node:path";
import { git } from "../../src/git/git.js";
import { systemFiles } from "../support/fixture-system.js";
import { GitFixture } from "../support/git-repository.js";
import { runCommand } from "../support/run-command.js";

let fixture: GitFixture;

beforeEach(async () => {
  fixture = await GitFixture.create(systemFiles);
});
afterEach(() => fixture.remove());

async function check() {
  const { code, stdout } = await runCommand(["check", "--local", "--json"], { folder: fixture.folder });
  const { findings } = JSON.parse(stdout) as {
    findings: { id: string; level: string; title: string; fix?: string }[];
  };
  return { code, find: (id: string) => findings.find((one) => one.id === id) };
}

it("finds everything in order in a committed and pushed repository with a model", async () => {
  const { code, find } = await check();
  expect(code).toBe(0);
  for (const id of [
    "repository.clean",
    "repository.branch",
    "repository.remote",
    "repository.lock-file",
    "models.model",
  ]) {
    expect(find(id)).toMatchObject({ level: "pass" });
  }
});

it("warns of what is not committed", async () => {
  await fixture.write({ "new.txt": "x" });
  expect((await check()).find("repository.clean")).toMatchObject({
    level: "warning",
    title: "not committed: new.txt",
  });
});

it("fails when the remote has commits that are not here, and says how to get them", async () => {
  const other = await fixture.clone("other");
  await git(other, ["commit", "--quiet", "--allow-empty", "--message", "theirs"]);
  await git(other, ["push", "--quiet", "origin", "main"]);
  const { code, find } = await check();
  expect(find("repository.remote")).toMatchObject({ level: "failure", fix: "git pull --rebase origin main" });
  expect(code).toBe(3);
});

it("fails at a detached HEAD, without a lock file, and with a remote that is gone", async () => {
  await fixture.git("rm", "--quiet", "package-lock.json");
  await fixture.git("commit", "--quiet", "--message", "No lock");
  await rm(fixture.remote, { recursive: true });
  const { find } = await check();
  expect(find("repository.lock-file")).toMatchObject({ level: "failure" });
  expect(find("repository.remote")).toMatchObject({ level: "failure" });
});

it("without a remote there is nowhere to push to", async () => {
  await fixture.git("remote", "remove", "origin");
  expect((await check()).find("repository.no_remote")).toMatchObject({ level: "failure" });
});

it("fails for a model that cannot be served, and says why", async () => {
  await fixture.commit({ "models/broken.json": '{"learner": 3}' });
  const { code, find } = await check();
  expect(code).toBe(3);
  expect(find("models.model")).toBeDefined();
  const { stdout } = await runCommand(["check", "--local"], { folder: fixture.folder });
  expect(stdout).toMatch(/✗ broken\.json cannot be served/);
});

it("says that the sample would be served where there is no model, and fails where it may not be", async () => {
  await rm(join(fixture.folder, "models"), { recursive: true });
  expect((await check()).find("models.files")).toMatchObject({ level: "warning" });
  await fixture.write({
    "render.yaml": systemFiles["render.yaml"].replace(
      'SHAP_ALLOW_FALLBACK_MODEL, value: "true"',
      'SHAP_ALLOW_FALLBACK_MODEL, value: "false"',
    ),
  });
  expect((await check()).find("models.files")).toMatchObject({ level: "failure" });
});

it("--build runs the repository's build and tests, without the keys", async () => {
  const scripts = (build: string) =>
    JSON.stringify({ engines: { node: ">=20" }, scripts: { build, test: "node -e 0" } });
  await fixture.commit({
    "package.json": scripts('node -e "process.exit(process.env.RENDER_API_KEY ? 9 : 0)"'),
  });
  const environment = { RENDER_API_KEY: "rnd_not_for_builds" };
  const args = ["check", "--local", "--build", "--json"];
  const good = JSON.parse((await runCommand(args, { folder: fixture.folder, environment })).stdout);
  expect(good.findings).toContainEqual(expect.objectContaining({ id: "build.build", level: "pass" }));
  expect(good.findings).toContainEqual(expect.objectContaining({ id: "build.test", level: "pass" }));
  await fixture.commit({
    "package.json": scripts("node -e \"console.log('no such type'); process.exit(2)\""),
  });
  const bad = await runCommand(args, { folder: fixture.folder });
  expect(bad.code).toBe(3);
  expect(JSON.parse(bad.stdout).findings).toContainEqual(
    expect.objectContaining({
      id: "build.build",
      level: "failure",
      title: expect.stringContaining("no such type"),
    }),
  );
});
