import { describe, expect, it } from "@jest/globals";
import { blueprint, workerEntry } from "../fixture-services.js";
import { startStack } from "../stack.js";

describe("rate limits", () => {
  it("tell what is left in each answer, and answer 429 when nothing is", async () => {
    const { client, local } = await startStack(blueprint(workerEntry("crew")), { timeScale: 1 });
    const first = await client.get("/users");
    expect(first.headers.get("ratelimit-limit")).toBe("400");
    expect(first.headers.get("ratelimit-remaining")).toBe("399");
    expect(Number(first.headers.get("ratelimit-reset"))).toBeGreaterThan(0);

    const path = `/blueprints/${local.blueprint.id}`;
    const statuses: number[] = [];
    for (let call = 0; call < 31; call += 1) {
      statuses.push((await client.call("PATCH", path, { name: "again" })).status);
    }
    expect(statuses.slice(0, 30)).toEqual(Array(30).fill(200));
    expect(statuses[30]).toBe(429);
    expect((await client.get("/users")).status).toBe(200);
  });
});
