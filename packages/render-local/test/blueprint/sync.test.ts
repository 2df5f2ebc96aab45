import { describe, expect, it } from "@jest/globals";
import { git } from "../../src/git/git.js";
import { blueprint, webEntry, workerEntry } from "../fixture-services.js";
import { type Stack, startStack, until } from "../stack.js";

const quietWorker = (name: string, more = ""): string => workerEntry(name, "node worker.mjs", more);

const referring = `    envVars:
      - { key: OTHER, fromService: { name: absent, type: web, property: host } }
`;

/** Waits until the sync of a commit is done and everything it deployed is finished. */
async function synced({ local, client }: Stack, commit: string) {
  const path = `/blueprints/${local.blueprint.id}/syncs`;
  const sync = await until(`the sync of ${commit} is done`, async () => {
    const { body } = await client.get(path);
    const found = body.find((item: { sync: { commit: { id: string } } }) => item.sync.commit.id === commit);
    return ["success", "error"].includes(found?.sync.state) && found.sync;
  });
  await until("no deploy is in progress", () => local.services.every(({ deploys }) => !deploys.active));
  return sync;
}

describe("a push to the Blueprint's branch", () => {
  it("syncs that commit and deploys it to every service", async () => {
    const stack = await startStack(blueprint(quietWorker("crew")));
    const { local, repository, client } = stack;
    await local.whenLive();
    const commit = await repository.commit({ "note.txt": "new" });
    await repository.push(local.gitUrl);
    expect(await synced(stack, commit)).toMatchObject({ state: "success" });
    const { body } = await client.get(`/services/${local.service("crew").id}/deploys`);
    expect(body.map(({ deploy }: { deploy: object }) => deploy)).toMatchObject([
      { status: "live", trigger: "new_commit", commit: { id: commit, message: "Change" } },
      { status: "deactivated", trigger: "blueprint_sync" },
    ]);
  });

  it("creates a renamed service anew, and the old one goes on running and deploying", async () => {
    const stack = await startStack(blueprint(quietWorker("crew")));
    const { local, repository, client } = stack;
    await local.whenLive();
    const before = local.service("crew");
    const commit = await repository.commit({ "render.yaml": blueprint(quietWorker("team")) });
    await repository.push(local.gitUrl);
    await synced(stack, commit);

    expect(local.services.map(({ name }) => name)).toEqual(["crew", "team"]);
    expect(local.service("crew")).toBe(before);
    expect(before.deploys.live?.commit.id).toBe(commit);
    expect(local.service("team").deploys.live?.commit.id).toBe(commit);
    const { body } = await client.get(`/blueprints/${local.blueprint.id}`);
    expect(body.resources.map(({ name }: { name: string }) => name)).toEqual(["team"]);
  });

  it("updates a changed service although its auto-deploy is off, and leaves an unchanged one alone", async () => {
    const off = '    autoDeployTrigger: "off"\n';
    const stack = await startStack(blueprint(quietWorker("changed", off), quietWorker("same", off)));
    const { local, repository } = stack;
    await local.whenLive();
    const changed = quietWorker("changed", `${off}    envVars: [{ key: ADDED, value: 1 }]\n`);
    const commit = await repository.commit({ "render.yaml": blueprint(changed, quietWorker("same", off)) });
    await repository.push(local.gitUrl);
    await synced(stack, commit);
    expect(local.service("changed").deploys.live?.trigger).toBe("blueprint_sync");
    expect(local.service("changed").variables.get("ADDED")).toBe("1");
    expect(local.service("same").deploys.all).toHaveLength(1);
  });

  it("keeps generated values and variables the file does not name, and asks for secrets only once", async () => {
    const variables = (more: string): string => `    envVars:
      - { key: MADE, generateValue: true }
      - { key: TYPED, sync: false }
${more}`;
    const stack = await startStack(blueprint(quietWorker("crew", variables(""))), {
      secrets: { TYPED: "once", LATER: "never" },
    });
    const { local, repository } = stack;
    await local.whenLive();
    const crew = local.service("crew");
    const made = crew.variables.get("MADE");
    crew.variables.set("BY_HAND", "stays");
    const later = variables("      - { key: LATER, sync: false }\n");
    const commit = await repository.commit({ "render.yaml": blueprint(quietWorker("crew", later)) });
    await repository.push(local.gitUrl);
    await synced(stack, commit);
    expect(Object.fromEntries(crew.variables)).toEqual({ MADE: made, TYPED: "once", BY_HAND: "stays" });
  });

  it.each([
    ["a file that is no Blueprint", "services: 3", /services: .*array/],
    ["a reference to nothing", blueprint(quietWorker("crew", referring)), /refers to absent/],
    ["a type that changed", blueprint(webEntry("crew")), /its type is background_worker/],
  ])("fails for %s, changes nothing and goes on", async (_what, renderYaml, problem) => {
    const stack = await startStack(blueprint(quietWorker("crew")));
    const { local, repository, client } = stack;
    await local.whenLive();
    const [instance] = local.service("crew").fleet.instances;
    const commit = await repository.commit({ "render.yaml": renderYaml }, "Break it [skip render]");
    await repository.push(local.gitUrl);
    expect(await synced(stack, commit)).toMatchObject({ state: "error" });
    expect(local.blueprint.syncs[0].problem).toMatch(problem);
    expect(local.logs.tail(local.blueprint.id, 1)[0]).toMatch(problem);
    expect((await client.get(`/blueprints/${local.blueprint.id}`)).body.status).toBe("error");
    expect(local.service("crew").fleet.instances).toEqual([instance]);
    expect(instance.state).toBe("up");
  });

  it("does not sync with auto-sync off, but still deploys", async () => {
    const stack = await startStack(blueprint(quietWorker("crew")), { autoSync: false });
    const { local, repository, client } = stack;
    await local.whenLive();
    const commit = await repository.commit({ "render.yaml": blueprint(quietWorker("team")) });
    await repository.push(local.gitUrl);
    await until("the commit is live", () => local.service("crew").deploys.live?.commit.id === commit);
    expect((await client.get(`/blueprints/${local.blueprint.id}/syncs`)).body).toHaveLength(1);
    expect(local.services).toHaveLength(1);
    expect((await local.syncNow()).state).toBe("success");
    expect(local.services).toHaveLength(2);
  });

  it("is ignored by services whose filter it does not touch, and for commits that say so", async () => {
    const filter = "    buildFilter: { paths: [src/**], ignoredPaths: [src/*.md] }\n";
    const stack = await startStack(blueprint(quietWorker("crew", filter)));
    const { local, repository } = stack;
    await local.whenLive();
    const crew = local.service("crew");
    const ignored = (): number =>
      local.events.of(crew.id).filter(({ type }) => type === "commit_ignored").length;
    for (const [files, message] of [
      [{ "docs/page.md": "text" }, "Write"],
      [{ "src/page.md": "text" }, "Write more"],
      [{ "src/main.js": "code" }, "Code [skip render]"],
    ] as const) {
      const commit = await repository.commit(files, message);
      await repository.push(local.gitUrl);
      await synced(stack, commit);
    }
    expect(ignored()).toBe(3);
    const commit = await repository.commit({ "src/deep/main.js": "code" });
    await repository.push(local.gitUrl);
    await synced(stack, commit);
    expect(crew.deploys.live?.commit.id).toBe(commit);
  });
});

describe("a first sync", () => {
  it("refuses paid plans of a workspace without payment information", async () => {
    const { local } = await startStack(blueprint(quietWorker("crew")), { payment: false });
    await expect(local.whenLive()).rejects.toThrow(/payment information is required/);
    expect(local.services).toEqual([]);
  });

  it("can be made to fail", async () => {
    const faults = [{ kind: "sync-error", times: 1 }] as const;
    const { local } = await startStack(blueprint(quietWorker("crew")), { faults: [...faults] });
    await expect(local.whenLive()).rejects.toThrow(/sync .*failed/);
    expect((await local.syncNow()).state).toBe("success");
  });

  it("needs a repository with a commit", async () => {
    const { repository } = await startStack(blueprint(quietWorker("crew")));
    await git(repository.folder, "checkout", "--quiet", "--orphan", "empty");
    await expect(startStack("", { repo: `${repository.folder}/absent` })).rejects.toThrow(/no folder/);
    await expect(startStack("", { repo: repository.folder })).rejects.toThrow(/no commit yet/);
  });
});
