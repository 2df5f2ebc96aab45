import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { GitRemote } from "../../src/git/remote.js";
import { BuildError, type BuildRequest, Builds } from "../../src/service/builds.js";
import { FixtureRepository } from "../fixture-repository.js";

describe("builds", () => {
  let folder: string;
  let repository: FixtureRepository;
  let remote: GitRemote;
  let request: BuildRequest;

  beforeEach(async () => {
    folder = await mkdtemp(join(process.env.RENDER_LOCAL_TEST_FOLDER ?? tmpdir(), "builds-"));
    repository = await FixtureRepository.create({ "main.js": "" });
    remote = await GitRemote.create(join(folder, "remote.git"), repository.folder);
    const commit = await remote.head("main");
    if (!commit) throw new Error("the fixture has no commit");
    request = {
      commit,
      rootDir: "",
      buildCommand: "date +%N > stamp",
      env: { PATH: process.env.PATH as string },
      fresh: false,
      signal: new AbortController().signal,
      onLine: () => {},
    };
  });

  afterEach(async () => {
    remote.close();
    await repository.remove();
    await rm(folder, { recursive: true });
  });

  it("are shared by the same command on the same commit, but not when a fresh one is asked for", async () => {
    const builds = new Builds(join(folder, "builds"), remote, true);
    const [one, two] = await Promise.all([builds.build(request), builds.build(request)]);
    expect(one).toBe(two);
    expect(await builds.build({ ...request, fresh: true })).not.toBe(one);
    expect(await builds.build({ ...request, buildCommand: "true" })).not.toBe(one);
  });

  it("that failed leave no folder and are tried again", async () => {
    const builds = new Builds(join(folder, "builds"), remote, true);
    const flag = join(folder, "flag");
    const failing = { ...request, buildCommand: `test -e ${flag} || { touch ${flag}; exit 5; }` };
    await expect(builds.build(failing)).rejects.toMatchObject({ name: "BuildError", exitCode: 5 });
    expect(builds.has(await builds.build(failing))).toBe(true);
  });

  it("need the root folder to be in the commit", async () => {
    const builds = new Builds(join(folder, "builds"), remote, true);
    await expect(builds.build({ ...request, rootDir: "absent" })).rejects.toThrow(BuildError);
  });

  it("are removed when they are old and nobody uses them", async () => {
    const builds = new Builds(join(folder, "builds"), remote, false);
    const artifacts = [];
    for (let build = 0; build < 12; build += 1) {
      artifacts.push(await builds.build({ ...request, buildCommand: "" }));
    }
    await builds.prune(new Set([artifacts[0]]));
    expect(artifacts.map((artifact) => builds.has(artifact))).toEqual([true, false, ...Array(10).fill(true)]);
    await expect(access(artifacts[1].folder)).rejects.toThrow();
    await access(artifacts[0].folder);
  });
});
