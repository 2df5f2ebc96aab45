import { describe, expect, it } from "@jest/globals";
import { blueprint, workerEntry } from "../fixture-services.js";
import { startStack } from "../stack.js";

describe("faults of the API", () => {
  it("answer the n-th matching call with what was asked for, and the others truly", async () => {
    const { client, local } = await startStack(blueprint(workerEntry("crew")));
    local.faults.add({ kind: "http", answer: 503, method: "GET", path: "/users", call: 2, times: 2 });
    const statuses: number[] = [];
    for (let call = 0; call < 4; call += 1) statuses.push((await client.get("/users")).status);
    expect(statuses).toEqual([200, 503, 503, 200]);
  });

  it("give garbage instead of JSON, or no answer at all", async () => {
    const { client, local } = await startStack(blueprint(workerEntry("crew")));
    local.faults.add({ kind: "http", answer: "garbage" });
    const garbage = await client.get("/owners");
    expect(garbage.status).toBe(200);
    expect(() => JSON.parse(garbage.body)).toThrow();

    local.faults.add({ kind: "http", answer: "hang" });
    const hanging = fetch(`${local.apiUrl}/owners`, { signal: AbortSignal.timeout(300) });
    await expect(hanging).rejects.toThrow(/timeout/);
  });

  it("show an unknown deploy status", async () => {
    const { client, local } = await startStack(blueprint(workerEntry("crew")));
    await local.whenLive();
    const { id } = local.service("crew");
    local.faults.add({ kind: "deploy-stuck", service: "crew", times: 1 });
    local.faults.add({ kind: "unknown-status", service: "crew" });
    const deploy = local.service("crew").deploy({ commit: local.blueprint.syncs[0].commit, trigger: "api" });
    const response = await fetch(`${local.apiUrl}/services/${id}/deploys/${deploy.id}`, {
      headers: { authorization: `Bearer ${local.apiKey}` },
    });
    expect(((await response.json()) as { status: string }).status).toBe("warming_up");
    local.faults.clear();
    expect((await client.get(`/services/${id}/deploys/${deploy.id}`)).body.status).not.toBe("warming_up");
  });
});
