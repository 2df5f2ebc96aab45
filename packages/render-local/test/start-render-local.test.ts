import { describe, expect, it } from "@jest/globals";
import { blueprint, webEntry, workerEntry } from "./fixture-services.js";
import { startStack } from "./stack.js";

describe("startRenderLocal", () => {
  it("runs a Blueprint's web service, worker and Key Value as real processes", async () => {
    const keyValue = `
  - type: keyvalue
    name: store
    ipAllowList: []
    maxmemoryPolicy: noeviction
`;
    const reference = `    envVars:
      - key: REDIS_URL
        fromService: { name: store, type: keyvalue, property: connectionString }
`;
    const { local, client } = await startStack(
      blueprint(webEntry("site", "node web.mjs", reference), workerEntry("crew"), keyValue),
    );
    await local.whenLive();

    const site = local.service("site");
    const answer = await fetch(`${site.url}/`);
    const { env } = (await answer.json()) as { env: Record<string, string> };
    expect(env).toMatchObject({
      RENDER: "true",
      RENDER_SERVICE_ID: site.id,
      RENDER_SERVICE_NAME: "site",
      RENDER_SERVICE_TYPE: "web",
      RENDER_EXTERNAL_URL: site.url,
      RENDER_GIT_BRANCH: "main",
      RENDER_CPU_COUNT: "0.5",
      NODE_ENV: "production",
      REDIS_URL: local.keyValue("store").connectionString,
    });
    const { body: services } = await client.get("/services");
    expect(services.map(({ service }: { service: { name: string } }) => service.name).sort()).toEqual([
      "crew",
      "site",
    ]);
    const { body: instances } = await client.get(`/services/${site.id}/instances`);
    expect(instances).toEqual([{ id: env.RENDER_INSTANCE_ID, createdAt: expect.any(String) }]);
    const { body: deploys } = await client.get(`/services/${site.id}/deploys`);
    expect(deploys[0].deploy).toMatchObject({ status: "live", commit: { id: env.RENDER_GIT_COMMIT } });
  });
});
