import { describe, expect, it } from "@jest/globals";
import { whyNoNamespaces } from "../src/index.js";
import { blueprint, workerEntry } from "./fixture-services.js";
import { type Stack, startStack, until } from "./stack.js";

/** Names itself after its process id, as long as nobody else has that name: what brought the production worker down. */
const workerNamedAfterItsPid = `
import { connect } from "node:net";
const name = "worker-" + process.pid;
const redis = connect(Number(new URL(process.env.REDIS_URL).port), "127.0.0.1");
redis.write("SET rq:worker:" + name + " alive NX EX 480\\r\\n");
redis.once("data", (reply) => {
  if (reply.toString().startsWith("+OK")) return console.log("registered as", name);
  console.error("ValueError: There exists an active worker named '" + name + "' already");
  process.exit(1);
});
`;

const reference = `    envVars:
      - { key: REDIS_URL, fromService: { name: store, type: keyvalue, property: connectionString } }
`;
const renderYaml = `${blueprint(workerEntry("crew", "node named.mjs", reference))}
  - { type: keyvalue, name: store, plan: starter, ipAllowList: [], maxmemoryPolicy: noeviction }
`;

const complaint = /There exists an active worker named 'worker-\d+' already/;

async function killed(stack: Promise<Stack>): Promise<Stack["local"]> {
  const { local } = await stack;
  await local.whenLive();
  const registered = () => local.logs.lines.filter(({ message }) => message.startsWith("registered as"));
  await until("the worker is registered", () => registered().length === 1);
  await local.service("crew").fleet.instances[0].crash("SIGKILL");
  return local;
}

describe("the incident: a worker that is named after its process id and killed", () => {
  const files = { "named.mjs": workerNamedAfterItsPid };

  it("meets its own ghost in Redis wherever process ids repeat, and never comes back", async () => {
    const reason = await whyNoNamespaces();
    const stack = startStack(renderYaml, { files, isolation: "namespaces" });
    if (reason) {
      // Where namespaces cannot be had, the option says so and does not quietly run something else.
      await expect(stack).rejects.toThrow(/--isolation namespaces is not possible here/);
      return;
    }
    const local = await killed(stack);
    const crew = local.service("crew");
    const failures = (): unknown[] =>
      local.events
        .of(crew.id)
        .filter(({ type }) => type === "server_failed")
        .map(({ details }) => details.reason);
    await until("it failed three times more", () => failures().length === 4);
    expect(failures()).toEqual([
      { evicted: false, nonZeroExit: 137 },
      { evicted: false, nonZeroExit: 1 },
      { evicted: false, nonZeroExit: 1 },
      { evicted: false, nonZeroExit: 1 },
    ]);
    const complaints = local.logs.lines.map(({ message }) => message).filter((line) => complaint.test(line));
    expect(new Set(complaints).size).toBe(1);
    expect(complaints.length).toBeGreaterThanOrEqual(3);
  });

  it("goes unnoticed where process ids do not repeat, as on a developer's machine", async () => {
    const local = await killed(startStack(renderYaml, { files, isolation: "process" }));
    const [instance] = local.service("crew").fleet.instances;
    await until("it is up again", () => instance.restarts === 1 && instance.state === "up");
    expect(local.logs.lines.some(({ message }) => complaint.test(message))).toBe(false);
  });
});

describe("an instance in namespaces", () => {
  it("has its own process ids and host name, and gets SIGTERM like any other", async () => {
    if (await whyNoNamespaces()) {
      await expect(startStack(renderYaml, { isolation: "namespaces" })).rejects.toThrow(/not possible here/);
      return;
    }
    const { local } = await startStack(
      blueprint(workerEntry("crew", "hostname; echo pid $$; exec node worker.mjs")),
      {
        isolation: "namespaces",
      },
    );
    await local.whenLive();
    const crew = local.service("crew");
    const [instance] = crew.fleet.instances;
    const lines = (): string[] =>
      local.logs.lines.filter(({ labels }) => labels.instance === instance.id).map(({ message }) => message);
    const [, hostName, pid] = lines();
    expect(hostName).toBe(instance.id);
    expect(Number(pid.replace("pid ", ""))).toBeLessThan(10);
    await crew.suspend();
    expect(lines().at(-1)).toBe("worker got SIGTERM");
  });
});
