import { describe, expect, it } from "@jest/globals";
import { whyNoNamespaces } from "../../src/index.js";
import { ProcessTable } from "../../src/process/process-table.js";
import { blueprint, webEntry, workerEntry } from "../fixture-services.js";
import { startStack, until } from "../stack.js";

const failures = (events: { type: string; details: Record<string, unknown> }[]): unknown[] =>
  events.filter(({ type }) => type === "server_failed").map(({ details }) => details.reason);

describe("an instance that ends", () => {
  it("is started again under the same id, and both are recorded", async () => {
    const { local, client } = await startStack(blueprint(workerEntry("crew")));
    await local.whenLive();
    const crew = local.service("crew");
    const [instance] = crew.fleet.instances;
    await instance.crash("SIGKILL");
    await until("it is up again", () => instance.restarts === 1 && instance.state === "up");
    expect(crew.fleet.instances).toEqual([instance]);
    const { body } = await client.get(`/services/${crew.id}/events?limit=2`);
    expect(body.map(({ event }: { event: object }) => event).reverse()).toMatchObject([
      { type: "server_failed", details: { instanceID: instance.id, reason: { nonZeroExit: 137 } } },
      { type: "server_available" },
    ]);
  });

  it("waits longer before each start when it crashes again and again", async () => {
    const { local } = await startStack(blueprint(workerEntry("crew")), { timeScale: 0.002 });
    await local.whenLive();
    local.faults.add({ kind: "crash-loop", service: "crew", times: 3 });
    const crew = local.service("crew");
    const [instance] = crew.fleet.instances;
    await instance.crash();
    await until("the loop is over", () => instance.restarts === 4 && instance.state === "up");
    const waits = local.logs.lines
      .map(({ message }) => /starting again in (\d+) s/.exec(message)?.[1])
      .filter((seconds) => seconds !== undefined);
    expect(waits).toEqual(["10", "20", "40"]);
  });

  it("with a crash-looping program makes its first deploy fail", async () => {
    const { local } = await startStack(blueprint(workerEntry("crew", "exit 1")));
    await expect(local.whenLive()).rejects.toThrow(/crew: the deploy is update_failed[\s\S]*status 1/);
    expect(failures(local.events.of(local.service("crew").id))).toEqual([{ evicted: false, nonZeroExit: 1 }]);
  });

  it("leaves nothing behind of what it has started", async () => {
    const command = "bash -c 'sleep 601 & sleep 602 & exec node worker.mjs'";
    const { local } = await startStack(blueprint(workerEntry("crew", `"${command}"`)));
    await local.whenLive();
    const [instance] = local.service("crew").fleet.instances;
    const tree = (await ProcessTable.read()).tree(instance.pid as number);
    expect(tree.filter(({ command: name }) => name === "sleep")).toHaveLength(2);
    await local.stop();
    const left = (await ProcessTable.read()).pids;
    expect(tree.filter(({ pid }) => left.has(pid))).toEqual([]);
  });
});

describe("an instance over its plan's memory", () => {
  const hungry = `
    const kept = [];
    setInterval(() => kept.push(Buffer.alloc(64 * 1024 * 1024, 1)), 20);
  `;

  it.each(["process", "namespaces"] as const)(
    "is killed, recorded as oomKilled and started again (%s)",
    async (kind) => {
      const isolation = (await whyNoNamespaces()) ? "process" : kind;
      const starts =
        "if [ -e fed ]; then exec node worker.mjs; else touch fed; sleep 0.8; node hungry.mjs; fi";
      const { local, client } = await startStack(blueprint(workerEntry("crew", `"${starts}"`)), {
        files: { "hungry.mjs": hungry },
        isolation,
      });
      await local.whenLive();
      const crew = local.service("crew");
      const [instance] = crew.fleet.instances;
      await until("it is killed and up again", () => instance.restarts === 1 && instance.state === "up");
      const { body } = await client.get(`/services/${crew.id}/events?type=server_failed`);
      expect(body[0].event.details.reason).toEqual({ evicted: false, oomKilled: { memoryLimit: "512Mi" } });
      const lines = local.logs.lines.map(({ message }) => message);
      expect(lines).toContain("==> Out of memory (used over 512Mi)");
    },
  );

  it("can be made to look so", async () => {
    const { local } = await startStack(blueprint(workerEntry("crew")), {
      faults: [{ kind: "out-of-memory", service: "crew", times: 1 }],
    });
    await local.whenLive();
    const crew = local.service("crew");
    await until("it is up again", () => crew.fleet.instances[0].restarts === 1);
    expect(failures(local.events.of(crew.id))).toEqual([
      { evicted: false, oomKilled: { memoryLimit: "512Mi" } },
    ]);
  });
});

describe("a web service that stops answering its health check", () => {
  it("gets no more traffic, and is restarted as long as it stays so", async () => {
    const { local } = await startStack(blueprint(webEntry("site")), { timeScale: 0.003 });
    await local.whenLive();
    const site = local.service("site");
    const [instance] = site.fleet.instances;
    const takeBack = local.faults.add({ kind: "health-check-fails", service: "site" });
    await until("it has no traffic", () => instance.state === "unhealthy");
    expect((await fetch(site.url as string)).status).toBe(502);
    await until("it is restarted, and again when that did not help", () => instance.restarts === 2);
    takeBack();
    await until("it serves again", async () => (await fetch(site.url as string)).status === 200);
    const unhealthy = { evicted: false, unhealthy: expect.stringContaining("503") };
    expect(failures(local.events.of(site.id))).toEqual([unhealthy, unhealthy]);
  });
});

describe("a restart", () => {
  it("brings a new instance with the commit and the variables of the old one", async () => {
    const { local, client } = await startStack(blueprint(webEntry("site")));
    await local.whenLive();
    const site = local.service("site");
    const [old] = site.fleet.instances;
    await client.call("PUT", `/services/${site.id}/env-vars/ADDED`, { value: "later" });
    expect((await client.post(`/services/${site.id}/restart`)).status).toBe(200);
    const read = async () =>
      ((await (await fetch(site.url as string)).json()) as { env: Record<string, string> }).env;
    await until("the new one serves", async () => (await read()).RENDER_INSTANCE_ID !== old.id);
    expect((await read()).ADDED).toBeUndefined();
    await client.post(`/services/${site.id}/deploys`, {});
    await until("a deploy brings the variable", async () => (await read()).ADDED === "later");
    const { body } = await client.get(`/services/${site.id}/events?type=server_restarted`);
    expect(body).toHaveLength(1);
  });
});

describe("a suspended service", () => {
  it("has no instances and takes no deploys until it is resumed", async () => {
    const { local, client } = await startStack(blueprint(webEntry("site")));
    await local.whenLive();
    const site = local.service("site");
    expect((await client.post(`/services/${site.id}/suspend`)).status).toBe(202);
    await until("its instances are gone", () => site.fleet.instances.length === 0);
    expect((await fetch(site.url as string)).status).toBe(502);
    expect((await client.get("/services?suspended=suspended")).body).toHaveLength(1);
    expect((await client.post(`/services/${site.id}/deploys`, {})).status).toBe(400);
    expect((await client.post(`/services/${site.id}/resume`)).status).toBe(202);
    await until("it serves again", async () => (await fetch(site.url as string)).status === 200);
    expect(site.deploys.all[0].trigger).toBe("service_resumed");
    const { body } = await client.get(`/services/${site.id}/events`);
    expect(body.map(({ event }: { event: { type: string } }) => event.type)).toEqual(
      expect.arrayContaining([
        "service_suspended",
        "suspender_added",
        "service_resumed",
        "suspender_removed",
      ]),
    );
  });
});

describe("scaling", () => {
  it("adds and takes away instances, and shares requests among them", async () => {
    const { local, client } = await startStack(blueprint(webEntry("site")));
    await local.whenLive();
    const site = local.service("site");
    expect((await client.post(`/services/${site.id}/scale`, { numInstances: 2 })).status).toBe(202);
    const seen = new Set<number>();
    await until("both answer", async () => {
      seen.add(((await (await fetch(site.url as string)).json()) as { pid: number }).pid);
      return seen.size === 2;
    });
    await client.post(`/services/${site.id}/scale`, { numInstances: 1 });
    await until("one is gone", () => site.fleet.instances.length === 1);
  });
});

describe("a deleted service", () => {
  it("is gone with its processes and its address, and comes back with the next sync", async () => {
    const { local, client } = await startStack(blueprint(webEntry("site")));
    await local.whenLive();
    const { id, url } = local.service("site");
    expect((await client.call("DELETE", `/services/${id}`)).status).toBe(204);
    expect((await client.get(`/services/${id}`)).status).toBe(404);
    await expect(fetch(url as string)).rejects.toThrow();
    await local.syncNow();
    await local.whenLive();
    expect(local.service("site").id).not.toBe(id);
  });
});
