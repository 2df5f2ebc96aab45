import { smallSystem, startStack } from "../support/render-local.js";

it("reads a whole workspace from render-local, answers and all", async () => {
  const { api, local } = await startStack(smallSystem);
  await local.whenLive();
  expect(await api.user()).toHaveProperty("email");
  const [owner] = await api.owners();
  expect(owner.id).toBe(local.owner.id);
  const services = await api.services(owner.id);
  expect(services.map(({ name }) => name).sort()).toEqual(["shap-web", "shap-worker-20260101000000"]);
  const web = services.find(({ name }) => name === "shap-web");
  expect(web?.serviceDetails?.url).toMatch(/^http/);
  expect(await api.instances(web?.id ?? "")).toHaveLength(1);
  expect((await api.logs(owner.id, [web?.id ?? ""], { limit: 50 })).map(({ message }) => message)).toContain(
    "web listens",
  );
  const [blueprint] = await api.blueprints(owner.id);
  expect((await api.blueprint(blueprint.id)).resources).toHaveLength(2);
  expect(await api.validateBlueprint(owner.id, "services: [")).toMatchObject({ valid: false });
});

it("asks for a deploy once, whatever becomes of the answer", async () => {
  const { api, local, fixture } = await startStack(smallSystem);
  await local.whenLive();
  const service = local.service("shap-web");
  const commit = await fixture.git("rev-parse", "HEAD");
  const first = await api.createDeploy(service.id, commit);
  expect(first.commit?.id).toBe(commit);
  // Queued behind the first: Render answers 202 and no id.
  const second = await api.createDeploy(service.id, commit);
  expect(second.id).not.toBe(first.id);
  await local.whenLive();
  expect(service.deploys.all.filter(({ trigger }) => trigger === "api").length).toBeLessThanOrEqual(2);
});
