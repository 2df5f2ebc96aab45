import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { git } from "../../src/git/git.js";
import { type RenderLocal, startRenderLocal } from "../../src/index.js";
import { FixtureRepository } from "../fixture-repository.js";
import { blueprint, webEntry, webProgram, workerEntry, workerProgram } from "../fixture-services.js";
import { RenderClient } from "../render-client.js";
import { until } from "../stack.js";

const variables = `    envVars:
      - { key: PLAIN, value: 1 }
      - { key: SECRET, generateValue: true }
      - { key: TYPED_IN, sync: false }
      - fromGroup: shared
`;
const renderYaml = `${blueprint(
  webEntry("site", "node web.mjs", variables),
  webEntry("site-staging"),
  workerEntry("crew"),
)}
  - { type: keyvalue, name: store, plan: starter, ipAllowList: [], maxmemoryPolicy: noeviction }
envVarGroups:
  - name: shared
    envVars: [{ key: SHARED, value: "yes" }]
`;

let repository: FixtureRepository;
let local: RenderLocal;
let client: RenderClient;
let site: string;
let crew: string;

beforeAll(async () => {
  const programs = { "web.mjs": webProgram, "worker.mjs": workerProgram };
  repository = await FixtureRepository.create({ ...programs, "render.yaml": renderYaml });
  local = await startRenderLocal({
    repo: repository.folder,
    workFolder: process.env.RENDER_LOCAL_TEST_FOLDER,
    timeScale: 0.02,
    cpuLimits: false,
    rateLimits: false,
    secrets: { TYPED_IN: "from the dashboard" },
  });
  client = new RenderClient(local.apiUrl, local.apiKey);
  await local.whenLive();
  site = local.service("site").id;
  crew = local.service("crew").id;
});

afterAll(async () => {
  await local.stop();
  await repository.remove();
});

describe("authentication", () => {
  it("refuses calls without a key and with a wrong one", async () => {
    const wrong = new RenderClient(local.apiUrl, "rnd_wrong");
    expect(await wrong.get("/services")).toMatchObject({ status: 401, body: { message: "Unauthorized" } });
    expect(await client.call("GET", "/users", undefined, { authorization: "" })).toMatchObject({
      status: 401,
    });
  });

  it("tells who the key belongs to", async () => {
    expect((await client.get("/users")).body).toEqual({
      email: "user@render-local.test",
      name: "render-local",
    });
    const { body: owners } = await client.get("/owners");
    expect(owners).toHaveLength(1);
    expect((await client.get(`/owners/${owners[0].owner.id}`)).body).toEqual(owners[0].owner);
    expect((await client.get("/owners/tea-nobody")).status).toBe(404);
  });
});

describe("services", () => {
  const names = (answer: { body: { service: { name: string } }[] }): string[] =>
    answer.body.map(({ service }) => service.name).sort();

  it("finds a service's name inside of longer ones, as Render does", async () => {
    expect(names(await client.get("/services?name=site"))).toEqual(["site", "site-staging"]);
    expect(names(await client.get("/services?name=site-staging,crew"))).toEqual(["crew", "site-staging"]);
  });

  it("filters by type, state and workspace", async () => {
    expect(names(await client.get("/services?type=background_worker"))).toEqual(["crew"]);
    expect(names(await client.get("/services?suspended=suspended"))).toEqual([]);
    expect(names(await client.get("/services?ownerId=tea-other"))).toEqual([]);
  });

  it("pages by cursor", async () => {
    const first = await client.get("/services?limit=2");
    const second = await client.get(`/services?limit=2&cursor=${first.body[1].cursor}`);
    const third = await client.get(`/services?limit=2&cursor=${second.body[0].cursor}`);
    expect([...names(first), ...names(second)].sort()).toEqual(["crew", "site", "site-staging"]);
    expect(third.body).toEqual([]);
    expect((await client.get("/services?cursor=nonsense")).body).toEqual([]);
  });

  it("tells a web service's address in its details", async () => {
    const { body } = await client.get(`/services/${site}`);
    expect(body).toMatchObject({ name: "site", type: "web_service", autoDeploy: "yes", branch: "main" });
    expect(body.serviceDetails).toMatchObject({ url: local.service("site").url, plan: "starter" });
    expect((await fetch(`${body.serviceDetails.url}/health`)).status).toBe(200);
  });

  it("answers 404 for a service that is not there", async () => {
    expect(await client.get("/services/srv-none")).toMatchObject({ status: 404 });
  });

  it("links to a page with its deploys and its last lines", async () => {
    const { body } = await client.get(`/services/${crew}`);
    const text = await (await fetch(body.dashboardUrl)).text();
    expect(text).toContain("blueprint_sync: live");
    expect(text).toContain("==> Your service is live");
    expect((await fetch(body.dashboardUrl.replace(crew, "srv-none"))).status).toBe(404);
  });

  it("renames in place, and refuses a name that is taken", async () => {
    const { body: staging } = await client.get("/services?name=site-staging");
    const { id } = staging[0].service;
    expect((await client.call("PATCH", `/services/${id}`, { name: "site" })).status).toBe(409);
    const renamed = await client.call("PATCH", `/services/${id}`, { name: "site-next", autoDeploy: "no" });
    expect(renamed.body).toMatchObject({ id, name: "site-next", autoDeploy: "no" });
    await client.call("PATCH", `/services/${id}`, { name: "site-staging", autoDeploy: "yes" });
  });

  it("names the field of a body that is wrong", async () => {
    const details = { serviceDetails: { maxShutdownDelaySeconds: 900 } };
    const { status, body } = await client.call("PATCH", `/services/${site}`, details);
    expect(status).toBe(400);
    expect(body.message).toContain("serviceDetails.maxShutdownDelaySeconds");
  });
});

describe("environment variables", () => {
  it("lists a service's own variables, not those of its groups", async () => {
    const { body } = await client.get(`/services/${site}/env-vars`);
    expect(Object.fromEntries(body.map(({ envVar }: { envVar: object }) => Object.values(envVar)))).toEqual({
      PLAIN: "1",
      SECRET: expect.stringMatching(/^[\w+/]{43}=$/),
      TYPED_IN: "from the dashboard",
    });
  });

  it("sets, reads and removes one, and replaces all", async () => {
    const one = `/services/${crew}/env-vars/COLOUR`;
    expect((await client.get(one)).status).toBe(404);
    expect((await client.call("PUT", one, { value: "red" })).body).toEqual({ key: "COLOUR", value: "red" });
    expect((await client.get(one)).body.value).toBe("red");
    expect((await client.call("DELETE", one)).status).toBe(204);
    const { body } = await client.call("PUT", `/services/${crew}/env-vars`, [{ key: "A", value: "1" }]);
    expect(body).toMatchObject([{ envVar: { key: "A", value: "1" } }]);
    expect((await client.call("PUT", `/services/${crew}/env-vars`, [{ key: "B" }])).status).toBe(400);
  });
});

describe("deploys", () => {
  it("lists the deploy of the first sync and its events", async () => {
    const { body } = await client.get(`/services/${site}/deploys?status=live&status=queued`);
    expect(body).toHaveLength(1);
    const { deploy } = body[0];
    expect(deploy).toMatchObject({ status: "live", trigger: "blueprint_sync" });
    expect((await client.get(`/services/${site}/deploys/${deploy.id}`)).body).toEqual(deploy);
    const { body: events } = await client.get(`/services/${site}/events`);
    expect(events.map(({ event }: { event: { type: string } }) => event.type).reverse()).toEqual([
      "deploy_started",
      "build_started",
      "build_ended",
      "deploy_ended",
    ]);
    expect((await client.get(`/events/${events[0].event.id}`)).body).toEqual(events[0].event);
    const { body: ends } = await client.get(`/services/${site}/events?type=deploy_ended`);
    expect(ends).toHaveLength(1);
  });

  it("refuses contradictions and commits that are not there", async () => {
    const path = `/services/${site}/deploys`;
    const both = { deployMode: "deploy_only", commitId: "abc" };
    expect((await client.post(path, both)).status).toBe(400);
    expect((await client.post(path, { commitId: "0000000" })).status).toBe(400);
    expect((await client.get(`${path}/dep-none`)).status).toBe(404);
  });

  it("runs a one-off job with the live build and tells how it ended", async () => {
    const { status, body } = await client.post(`/services/${crew}/jobs`, { startCommand: "echo $A; exit 3" });
    expect(status).toBe(201);
    const job = `/services/${crew}/jobs/${body.id}`;
    await until("the job has ended", async () => (await client.get(job)).body.status === "failed");
    const { body: jobs } = await client.get(`/services/${crew}/jobs?status=failed`);
    expect(jobs).toHaveLength(1);
    const long = await client.post(`/services/${crew}/jobs`, { startCommand: "sleep 600" });
    const canceled = await client.post(`/services/${crew}/jobs/${long.body.id}/cancel`);
    expect(canceled.body.status).toBe("canceled");
  });
});

describe("logs", () => {
  const query = (more: string): string => `/logs?ownerId=${local.owner.id}&resource=${crew}${more}`;

  it("pages backward and forward by time without losing or repeating a line", async () => {
    const all = (await client.get(query("&direction=forward&limit=100"))).body.logs;
    expect(all.length).toBeGreaterThan(4);
    for (const direction of ["forward", "backward"]) {
      const ids: string[] = [];
      let range = "";
      for (let hasMore = true; hasMore; ) {
        const { body } = await client.get(query(`&direction=${direction}&limit=2${range}`));
        ids.push(...body.logs.map(({ id }: { id: string }) => id));
        range = `&startTime=${body.nextStartTime}&endTime=${body.nextEndTime}`;
        hasMore = body.hasMore;
      }
      const expected = all.map(({ id }: { id: string }) => id);
      expect(direction === "forward" ? ids : ids.reverse()).toEqual(expected);
    }
  });

  it("filters by text, type and instance, and lists the values of a label", async () => {
    const { body } = await client.get(query("&text=worker*runs"));
    expect(body.logs).toHaveLength(1);
    const [instance] = local.service("crew").fleet.instances;
    expect(body.logs[0].labels).toContainEqual({ name: "instance", value: instance.id });
    const builds = await client.get(query("&type=build&limit=100"));
    expect(builds.body.logs.every(({ message }: { message: string }) => message.startsWith("==>"))).toBe(
      true,
    );
    const values = await client.get(`/logs/values?ownerId=${local.owner.id}&resource=${crew}&label=type`);
    expect(values.body.sort()).toEqual(["app", "build"]);
  });

  it("asks for workspace and resource", async () => {
    expect((await client.get("/logs?resource=srv-x")).status).toBe(400);
    expect((await client.get(`/logs?ownerId=${local.owner.id}`)).status).toBe(400);
  });
});

describe("metrics", () => {
  it("tells memory, its limit and the processor's use for each instance", async () => {
    const memory = await until("memory was measured", async () => {
      const { body } = await client.get(`/metrics/memory?resource=${site}`);
      return body.length > 0 && body;
    });
    expect(memory[0].unit).toBe("bytes");
    expect(memory[0].values.at(-1).value).toBeGreaterThan(10e6);
    const { body: limits } = await client.get(`/metrics/memory-limit?resource=${site}`);
    expect(limits[0].values[0].value).toBe(512 * 1024 * 1024);
    expect((await client.get(`/metrics/cpu?resource=${site}&aggregationMethod=MAX`)).status).toBe(200);
    const { body: counts } = await client.get(`/metrics/instance-count?resource=${site}`);
    expect(counts[0].values[0].value).toBe(1);
    expect((await client.get("/metrics/memory")).status).toBe(400);
  });
});

describe("key value", () => {
  it("lists, describes and connects", async () => {
    const { body } = await client.get("/key-value?name=store");
    const { keyValue } = body[0];
    expect(keyValue).toMatchObject({ status: "available", options: { maxmemoryPolicy: "noeviction" } });
    expect((await client.get(`/key-value/${keyValue.id}`)).body.name).toBe("store");
    const { body: info } = await client.get(`/key-value/${keyValue.id}/connection-info`);
    expect(info.internalConnectionString).toBe(local.keyValue("store").connectionString);
    expect((await client.get("/key-value/red-none")).status).toBe(404);
  });

  it("takes a new policy and only larger plans", async () => {
    const { id } = local.keyValue("store");
    const changed = await client.call("PATCH", `/key-value/${id}`, { maxmemoryPolicy: "allkeys_lru" });
    expect(changed.body.options).toEqual({ maxmemoryPolicy: "allkeys_lru" });
    expect((await client.call("PATCH", `/key-value/${id}`, { plan: "free" })).status).toBe(400);
  });
});

describe("blueprints", () => {
  it("tells the Blueprint, its syncs and its resources", async () => {
    const { body } = await client.get(`/blueprints?ownerId=${local.owner.id}`);
    const { blueprint: listed } = body[0];
    expect(listed).toMatchObject({ status: "in_sync", autoSync: true, branch: "main", path: "render.yaml" });
    const { body: syncs } = await client.get(`/blueprints/${listed.id}/syncs`);
    const head = await git(repository.folder, "rev-parse", "HEAD");
    expect(syncs).toMatchObject([{ sync: { state: "success", commit: { id: head } } }]);
    const { body: full } = await client.get(`/blueprints/${listed.id}`);
    const kinds = full.resources.map(({ name, type }: Record<string, string>) => `${name} ${type}`);
    expect(kinds.sort()).toEqual([
      "crew background_worker",
      "shared environment_group",
      "site web_service",
      "site-staging web_service",
      "store key_value",
    ]);
  });

  it("turns auto-sync off and on", async () => {
    const path = `/blueprints/${local.blueprint.id}`;
    expect((await client.call("PATCH", path, { autoSync: false })).body).toMatchObject({
      autoSync: false,
      status: "paused",
    });
    expect((await client.call("PATCH", path, { autoSync: true })).body.status).toBe("in_sync");
  });

  const validate = async (text: string) => {
    const form = new FormData();
    form.set("ownerId", local.owner.id);
    form.set("file", new Blob([text]), "render.yaml");
    return await client.post("/blueprints/validate", form);
  };

  it("names what a file would create, so that a renamed service is seen as a new one", async () => {
    const { body } = await validate(renderYaml.replace("name: crew", "name: crew-renamed"));
    expect(body).toMatchObject({ valid: true, plan: { services: ["crew-renamed"], totalActions: 1 } });
  });

  it("answers 200 with the place of each mistake for a file that is wrong", async () => {
    const { status, body } = await validate(renderYaml.replace("runtime: node", "runtime: nodejs"));
    expect(status).toBe(200);
    expect(body.valid).toBe(false);
    expect(body.errors).toEqual([
      { path: "services[0].runtime", error: expect.any(String), line: 4, column: 14 },
    ]);
  });
});

describe("what is not there", () => {
  it("is 404 in Render's error body", async () => {
    const response = await fetch(`${local.apiUrl}/postgres`, {
      headers: { authorization: `Bearer ${local.apiKey}` },
    });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ message: expect.stringContaining("/postgres") });
  });

  it("is 406 for a client that does not take JSON", async () => {
    expect((await client.call("GET", "/users", undefined, { accept: "text/html" })).status).toBe(406);
  });
});
