import { Redis } from "ioredis";
import { writeWorkerName } from "../../src/blueprint/write-worker-name.js";
import { firstWorker, startSystem, systemFiles } from "../support/fixture-system.js";

it("finds a long queue and a registration of no service", async () => {
  const stack = await startSystem();
  await stack.whenRegistered(firstWorker);
  await stack.api.suspend(stack.local.service(firstWorker).id);
  while (stack.local.service(firstWorker).fleet.instances.length > 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const redis = new Redis(stack.local.keyValue("shap-queue").connectionString);
  const ghost = "other-worker-20250101000000-host-7-1-gone";
  await redis.set("worker:ghost", JSON.stringify({ name: ghost, instance: "srv-gone", commit: "0" }));
  await redis.lpush("chunks", ...Array(1001).fill("{}"));
  redis.disconnect();
  const { stdout } = await stack.shapDeploy("check");
  expect(stdout).toMatch(/! 1001 chunks wait in the queue\n.*\n.*→ wait until the queue is shorter/);
  expect(stdout).toMatch(
    new RegExp(`! registered, but of no service on Render: ${ghost}\n.*\n.*→ shap-deploy fix-collision`),
  );
}, 60_000);

it("looks at the key, the Blueprint, Render's plan, the services and the running service; and finds what is wrong there", async () => {
  const stack = await startSystem();
  const check = async () => {
    const { code, stdout } = await stack.shapDeploy("check", "--json");
    const { findings } = JSON.parse(stdout) as { findings: { id: string; level: string; title: string }[] };
    return { code, find: (id: string) => findings.find((one) => one.id === id), findings };
  };
  const good = await check();
  expect(good.findings.filter(({ level }) => level === "failure")).toEqual([]);
  for (const id of [
    "render.key",
    "render.blueprint",
    "render.plan",
    "service.health",
    "service.queue",
    "service.workers",
  ]) {
    expect(good.find(id)).toMatchObject({ level: "pass" });
  }

  stack.local.faults.add({ kind: "sync-error", times: 1 });
  await stack.fixture.commit({ "note.txt": "x" });
  await stack.fixture.git("push", "--quiet", "origin", "main");
  while (stack.local.blueprint.status !== "error") await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await check()).find("render.sync")).toMatchObject({ level: "warning" });

  stack.local.blueprint.autoSync = false;
  stack.local.faults.add({ kind: "key-value-unhealthy", service: "shap-queue" });
  await stack.api.suspend(stack.local.service(firstWorker).id);
  await stack.fixture.write({
    "render.yaml": systemFiles["render.yaml"]
      .replaceAll("shap-web", "shop-web")
      .replace("      - { key: HOST", "      - { key: PARTNER_TOKEN, sync: false }\n      - { key: HOST"),
  });
  const renamed = await check();
  expect(renamed.find("render.auto-sync")).toMatchObject({ level: "warning" });
  expect(renamed.find("render.plan")).toMatchObject({
    level: "warning",
    title: expect.stringContaining("shop-web"),
  });
  expect(renamed.find("render.suspended")).toMatchObject({ level: "failure" });
  expect(renamed.find("render.key-value")).toMatchObject({ level: "failure" });
  expect(renamed.code).toBe(3);

  await stack.fixture.write({
    "render.yaml": writeWorkerName(
      systemFiles["render.yaml"].replace(
        "      - { key: HOST",
        "      - { key: PARTNER_TOKEN, sync: false }\n      - { key: HOST",
      ),
      firstWorker,
    ),
  });
  expect((await check()).find("render.secret")).toMatchObject({
    level: "failure",
    title: "shap-web has no PARTNER_TOKEN",
  });

  stack.local.faults.add({ kind: "http", answer: 401, times: 100 });
  expect((await stack.shapDeploy("check")).code).toBe(8);
}, 60_000);
