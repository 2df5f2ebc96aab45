import { describe, expect, it } from "@jest/globals";
import { blueprint, webEntry, webProgram, workerEntry } from "../fixture-services.js";
import { startStack, until } from "../stack.js";

const statuses = (body: { deploy: { status: string; trigger: string } }[]): string[] =>
  body.map(({ deploy }) => `${deploy.trigger} ${deploy.status}`);

describe("a deploy", () => {
  it("runs build and pre-deploy command before the new instance starts", async () => {
    const more = `    buildCommand: echo "built with NODE_ENV=$NODE_ENV" > built.txt
    preDeployCommand: cat built.txt && echo "migrated with NODE_ENV=$NODE_ENV"
`;
    const { local } = await startStack(
      blueprint(workerEntry("crew", "cat built.txt; node worker.mjs", more)),
    );
    await local.whenLive();
    const crew = local.service("crew");
    const types = local.events.of(crew.id).map(({ type }) => type);
    expect(types).toEqual([
      "deploy_started",
      "build_started",
      "build_ended",
      "pre_deploy_started",
      "pre_deploy_ended",
      "deploy_ended",
    ]);
    const lines = local.logs.lines
      .filter(({ labels }) => labels.type === "app")
      .map(({ message }) => message);
    expect(lines).toContain("migrated with NODE_ENV=production");
    expect(lines.filter((line) => line === "built with NODE_ENV=")).toHaveLength(2);
  });

  it("shares one build of a commit among services with the same build command", async () => {
    const more = '    buildCommand: "echo $$-$RANDOM > stamp.txt"\n';
    const { local } = await startStack(
      blueprint(
        workerEntry("one", "cat stamp.txt; node worker.mjs", more),
        workerEntry("two", "node worker.mjs", more),
      ),
    );
    await local.whenLive();
    const [one, two] = ["one", "two"].map((name) => local.service(name).deploys.live?.artifact);
    expect(one?.folder).toBe(two?.folder);
  });

  it.each([
    ["build_failed", "    buildCommand: exit 7\n", "node worker.mjs", { nonZeroExit: 7 }],
    ["pre_deploy_failed", "    preDeployCommand: exit 8\n", "node worker.mjs", { nonZeroExit: 8 }],
    ["update_failed", "", "exit 9", { nonZeroExit: 9 }],
    ["update_failed", "", "exit 0", { earlyExit: true }],
  ])(
    "ends as %s when its command fails, and the old version goes on",
    async (status, more, start, reason) => {
      const { local, repository, client } = await startStack(blueprint(workerEntry("crew")));
      await local.whenLive();
      const crew = local.service("crew");
      const [instance] = crew.fleet.instances;
      await repository.commit({ "render.yaml": blueprint(workerEntry("crew", start, more)) });
      await repository.push(local.gitUrl);
      await until("the deploy has failed", () => crew.deploys.all[0].status === status);
      await until("its end is recorded", () => !crew.deploys.active);
      const { body } = await client.get(`/services/${crew.id}/events?type=deploy_ended&limit=1`);
      expect(body[0].event.details).toMatchObject({ deployStatus: "failed", reason: { failure: reason } });
      expect(crew.fleet.instances).toEqual([instance]);
      expect(instance.state).toBe("up");
    },
  );

  it("fails when the health check is not green in time, and the old version goes on serving", async () => {
    const { local, repository, client } = await startStack(blueprint(webEntry("site")), { timeScale: 0.002 });
    await local.whenLive();
    const site = local.service("site");
    await repository.commit({ unhealthy: "yes" });
    await repository.push(local.gitUrl);
    await until("the deploy has failed", () => site.deploys.all[0].status === "update_failed");
    await until("its end is recorded", () => !site.deploys.active);
    const { body } = await client.get(`/services/${site.id}/events?type=deploy_ended&limit=1`);
    expect(body[0].event.details.reason.failure.unhealthy).toMatch(/503/);
    expect((await fetch(`${site.url}/health`)).status).toBe(200);
  });

  it("switches the traffic without a request lost", async () => {
    const { local, repository } = await startStack(blueprint(webEntry("site")));
    await local.whenLive();
    const site = local.service("site");
    const versions = new Set<string>();
    await repository.commit({ "web.mjs": webProgram.replace('version = "1"', 'version = "2"') });
    await repository.push(local.gitUrl);
    await until("the new version answers", async () => {
      const response = await fetch(site.url as string);
      expect(response.status).toBe(200);
      versions.add(((await response.json()) as { version: string }).version);
      return versions.has("2");
    });
    expect([...versions]).toEqual(["1", "2"]);
  });

  it("keeps the old worker beside the new one for a minute, then stops it with SIGTERM", async () => {
    const { local, client } = await startStack(blueprint(workerEntry("crew")));
    await local.whenLive();
    const crew = local.service("crew");
    const [old] = crew.fleet.instances;
    const { status, body } = await client.post(`/services/${crew.id}/deploys`, {});
    expect(status).toBe(201);
    await until("the new deploy is live", () => crew.deploys.find(body.id)?.status === "live");
    const { body: instances } = await client.get(`/services/${crew.id}/instances`);
    expect(instances).toHaveLength(2);
    expect(instances[0].id).toBe(old.id);
    await until("the old one is gone", () => crew.fleet.instances.length === 1);
    const lines = local.logs.lines.filter(({ labels }) => labels.instance === old.id);
    expect(lines.at(-1)?.message).toBe("worker got SIGTERM");
  });

  it("kills an instance that does not stop in the time it is given", async () => {
    const stubborn = "trap '' TERM; while true; do sleep 0.1; done";
    const { local } = await startStack(blueprint(workerEntry("crew", `"${stubborn}"`)), { timeScale: 0.005 });
    await local.whenLive();
    const crew = local.service("crew");
    const [old] = crew.fleet.instances;
    crew.deploy({ commit: local.blueprint.syncs[0].commit, trigger: "manual" });
    await until("the old one is killed", () => old.state === "stopped");
    expect(crew.fleet.instances).toHaveLength(1);
  });
});

describe("a deploy asked for while another one is in progress", () => {
  const slow = workerEntry("crew", "node worker.mjs", '    buildCommand: "sleep 0.4 # slow"\n');

  it("waits and is answered 202 without a body; of several that wait only the newest runs", async () => {
    const { local, client } = await startStack(blueprint(slow), { shareBuilds: false });
    const crew = await until("the service is there", () => local.services[0]);
    const path = `/services/${crew.id}/deploys`;
    for (let call = 0; call < 2; call += 1) {
      expect(await client.post(path, {})).toMatchObject({ status: 202, body: "" });
    }
    await until("the last deploy is live", () => crew.deploys.all[0].status === "live");
    expect(statuses((await client.get(path)).body)).toEqual([
      "api live",
      "api canceled",
      "blueprint_sync deactivated",
    ]);
  });

  it("cancels the one in progress where the workspace overrides", async () => {
    const { local, client } = await startStack(blueprint(slow), {
      shareBuilds: false,
      overlapPolicy: "override",
    });
    const crew = await until("the service is there", () => local.services[0]);
    const path = `/services/${crew.id}/deploys`;
    expect((await client.post(path, {})).status).toBe(201);
    await until("the last deploy is live", () => crew.deploys.all[0].status === "live");
    expect(statuses((await client.get(path)).body)).toEqual(["api live", "blueprint_sync canceled"]);
  });

  it("can be made to supersede a deploy", async () => {
    const { local, client } = await startStack(blueprint(workerEntry("crew")), {
      faults: [{ kind: "deploy-superseded", service: "crew", times: 1 }],
    });
    await local.whenLive();
    const { body } = await client.get(`/services/${local.service("crew").id}/deploys`);
    expect(statuses(body)).toEqual(["new_commit live", "blueprint_sync canceled"]);
  });
});

describe("cancelling and rolling back", () => {
  it("cancels a deploy that is stuck, and refuses to cancel one that is finished", async () => {
    const { local, client } = await startStack(blueprint(workerEntry("crew")));
    await local.whenLive();
    local.faults.add({ kind: "deploy-stuck", service: "crew", times: 1 });
    const crew = local.service("crew");
    const { body } = await client.post(`/services/${crew.id}/deploys`, {});
    const path = `/services/${crew.id}/deploys/${body.id}`;
    await until("it is stuck", async () => (await client.get(path)).body.status === "update_in_progress");
    expect((await client.post(`${path}/cancel`)).body.status).toBe("canceled");
    expect((await client.post(`${path}/cancel`)).status).toBe(400);
    expect(crew.deploys.live?.trigger).toBe("blueprint_sync");
  });

  it("ends the build's processes when a deploy is cancelled", async () => {
    const more = '    buildCommand: "sleep 600 # forever"\n';
    const { local } = await startStack(blueprint(workerEntry("crew", "node worker.mjs", more)));
    const crew = await until("the service is there", () => local.services[0]);
    const [deploy] = crew.deploys.all;
    await until("it builds", () => local.logs.lines.some(({ message }) => message.includes("sleep 600")));
    deploy.cancel();
    await until("the queue is empty", () => !crew.deploys.active);
    expect(local.events.of(crew.id).at(-1)?.details).toMatchObject({ deployStatus: "canceled" });
  });

  it("goes back to the build of an earlier deploy without building", async () => {
    const { local, repository, client } = await startStack(blueprint(webEntry("site")));
    await local.whenLive();
    const site = local.service("site");
    const [first] = site.deploys.all;
    await repository.commit({ "web.mjs": webProgram.replace('version = "1"', 'version = "2"') });
    await repository.push(local.gitUrl);
    await until(
      "the second is live",
      () => site.deploys.all[0] !== first && site.deploys.all[0].status === "live",
    );
    const { status, body } = await client.post(`/services/${site.id}/rollback`, { deployId: first.id });
    expect(status).toBe(201);
    expect(body).toMatchObject({ trigger: "rollback", commit: { id: first.commit.id } });
    await until("the rollback is live", () => site.deploys.find(body.id)?.status === "live");
    const answer = (await (await fetch(site.url as string)).json()) as { version: string };
    expect(answer.version).toBe("1");
    const builds = local.events.of(site.id).filter(({ type }) => type === "build_started");
    expect(builds).toHaveLength(2);
    expect((await client.post(`/services/${site.id}/rollback`, { deployId: "dep-none" })).status).toBe(404);
  });
});
