import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withoutCredentials } from "../../src/git/git.js";
import { Repository } from "../../src/git/repository.js";
import { GitFixture } from "../support/git-repository.js";

let fixture: GitFixture;
let repository: Repository;

beforeEach(async () => {
  fixture = await GitFixture.create();
  repository = await Repository.open(fixture.folder);
});
afterEach(() => fixture.remove());

it("knows the branch, where it is pushed to, and what the remote has", async () => {
  expect(await repository.branch()).toBe("main");
  expect(await repository.upstream()).toEqual({ remote: "origin", branch: "main" });
  expect(await repository.remoteHead({ remote: "origin", branch: "main" })).toBe(await repository.head());
  expect(await repository.remoteHead({ remote: "origin", branch: "other" })).toBeUndefined();
});

it("lists changed, renamed and new files, whatever their names", async () => {
  expect(await repository.changes()).toEqual([]);
  await fixture.git("mv", "a.txt", "b c.txt");
  await fixture.write({ "new\nline.txt": "x", "-rf": "x" });
  expect((await repository.changes()).sort()).toEqual(["-rf", "b c.txt", "new\nline.txt"]);
});

it("commits one file and leaves what else is staged alone", async () => {
  await fixture.write({ "a.txt": "changed\n", "b.txt": "staged\n" });
  await fixture.git("add", "b.txt");
  const commit = await repository.commitFile(
    join(repository.folder, "a.txt"),
    "Name the worker\n\nWhy: because\n",
  );
  expect(await fixture.git("show", "--format=%B", "--name-only", commit)).toBe(
    "Name the worker\n\nWhy: because\n\n\na.txt",
  );
  expect(await repository.changes()).toEqual(["b.txt"]);
});

it("takes a hostile message and branch as text", async () => {
  const mark = join(fixture.parent, "mark");
  const hostile = `$(touch ${mark}); \`touch ${mark}\` --amend "' \\`;
  await fixture.write({ "a.txt": "changed\n" });
  const commit = await repository.commitFile("a.txt", hostile);
  expect(await fixture.git("log", "-1", "--format=%B", commit)).toContain(hostile);
  const branch = `x;touch\${IFS}mark`;
  await repository.push(commit, { remote: "origin", branch });
  expect(await repository.remoteHead({ remote: "origin", branch })).toBe(commit);
  await expect(readFile(mark)).rejects.toThrow(/ENOENT/);
});

it("pushes the one commit, and never over another's", async () => {
  const theirs = await Repository.open(await fixture.clone("theirs"));
  const mine = await fixture.commit({ "a.txt": "mine\n" });
  await repository.push(mine, { remote: "origin", branch: "main" });
  await writeFile(join(theirs.folder, "a.txt"), "theirs\n");
  const other = await theirs.commitFile("a.txt", "Theirs");
  await expect(theirs.push(other, { remote: "origin", branch: "main" })).rejects.toThrow(/rejected/);
  expect(await repository.remoteHead({ remote: "origin", branch: "main" })).toBe(mine);
});

it("tells ancestors, and that a commit it does not know is none", async () => {
  const first = await repository.head();
  const second = await fixture.commit({ "a.txt": "2\n" });
  expect(await repository.isAncestor(first, second)).toBe(true);
  expect(await repository.isAncestor(second, first)).toBe(false);
  expect(await repository.isAncestor("0".repeat(40), second)).toBe(false);
});

it("reads a file of a commit", async () => {
  const first = await repository.head();
  await fixture.commit({ "a.txt": "2\n" });
  expect(await repository.fileAt(first, "a.txt")).toBe("a");
  expect(await repository.fileAt(first, "none.txt")).toBeUndefined();
});

it("keeps its own files inside .git", async () => {
  expect(await repository.privatePath("deploy.json")).toBe(
    join(fixture.folder, ".git/shap-deploy/deploy.json"),
  );
});

it("a folder without a repository is a usage error with its way out", async () => {
  const folder = await mkdtemp(join(tmpdir(), "shap-deploy-none-"));
  await expect(Repository.open(folder)).rejects.toMatchObject({ code: "no_repository", exitCode: 2 });
  await rm(folder, { recursive: true });
});

it("a detached HEAD has no branch and no upstream", async () => {
  await fixture.git("checkout", "--quiet", "--detach");
  expect(await repository.branch()).toBeUndefined();
  expect(await repository.upstream()).toBeUndefined();
});

it("takes credentials out of addresses", () => {
  expect(withoutCredentials("fatal: https://me:ghp_token@github.com/a/b.git not found")).toBe(
    "fatal: https://github.com/a/b.git not found",
  );
});

it("keeps the keys from hooks", async () => {
  process.env.RENDER_API_KEY = "rnd_not_for_hooks";
  try {
    const hook = join(fixture.folder, ".git/hooks/pre-commit");
    await writeFile(hook, '#!/bin/sh\necho "key: $RENDER_API_KEY" > "$(git rev-parse --git-dir)/seen"\n', {
      mode: 0o755,
    });
    await fixture.write({ "a.txt": "changed\n" });
    await repository.commitFile("a.txt", "Change");
    expect(await readFile(join(fixture.folder, ".git/seen"), "utf8")).toBe("key: \n");
  } finally {
    delete process.env.RENDER_API_KEY;
  }
});
