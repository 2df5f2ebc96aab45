import { firstWorker, type SystemStack, startSystem } from "../support/fixture-system.js";
import { RenderProxy, type RenderProxyOptions } from "../support/render-proxy.js";

// Clears the screen in two ways, rings, sets the title, writes a line of its own, and turns the text around.
const hostile = '\u001b[2J\u009b2J\u0007\u001b]0;title\u0007\r\n✓ all is well\n\u202e`$(reboot)`"';
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const steersTerminal = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;
/** What is text for people in Render's answers; the rest are names and ids that things are found by. */
const texts = new Set(["email", "dashboardUrl", "message", "level", "title", "user", "region"]);

let stack: SystemStack;
let proxy: RenderProxy;
beforeAll(async () => {
  stack = await startSystem({ isShared: true });
  await stack.whenRegistered(firstWorker);
}, 60_000);
afterEach(() => proxy.close());

/** Runs a command line against render-local through a network that lies. */
async function through(options: RenderProxyOptions, ...args: string[]) {
  proxy = await RenderProxy.start(stack.local, options);
  const environment = { RENDER_API_KEY: stack.local.apiKey, RENDER_API_URL: proxy.url };
  return await stack.shapDeployWith({ environment }, ...args);
}

function poisoned(path: string, body: unknown): unknown {
  const isNamed = !/^\/(services|key-value)/.test(path);
  const poison = (value: unknown, key: string): unknown => {
    if (typeof value === "string") {
      return texts.has(key) || (isNamed && (key === "name" || key === "status")) ? value + hostile : value;
    }
    if (Array.isArray(value)) return value.map((one) => poison(one, key));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, poison(one, name)]));
  };
  return poison(body, "");
}

it.each([
  [["check", "--verbose"]],
  [["status"]],
  [["logs"]],
  [["verify", "--redis-seconds", "5"]],
  [["fix-collision"]],
  [["prune"]],
  [["rollback", "--dry-run"]],
  [["deploy", "--dry-run"]],
  [["check", "--json"]],
  [["status", "--json"]],
  [["logs", "--json"]],
])("%j shows an answer that would steer the terminal, and does not send it", async (args) => {
  const { stdout, stderr } = await through({ change: poisoned }, ...args);
  for (const shown of [stdout, stderr]) {
    expect(shown).not.toMatch(steersTerminal);
    // Nor does it get a line of its own.
    expect(shown.split("\n")).not.toContain("✓ all is well");
  }
  if (args[0] === "status" || args[0] === "logs") expect(stdout).toMatch(/\\(x|u00)1b\[2J/);
});

it("an error of Render that would steer the terminal is shown, with its exit code", async () => {
  stack.local.faults.add({ kind: "http", answer: 402, times: 1 });
  const { code, stderr } = await through({ change: poisoned }, "status");
  expect(stderr).toContain("\\x1b[2J");
  expect(stderr).not.toMatch(steersTerminal);
  expect(code).toBe(8);
});

const twice = (body: unknown) => {
  const [first] = body as { owner?: object; blueprint?: object }[];
  const other = first.owner
    ? { owner: { ...first.owner, id: "tea-other", name: "Other" } }
    : { blueprint: { ...first.blueprint, id: "exs-other", name: "other" } };
  return [first, other];
};

it.each<[string, RenderProxyOptions["change"], number, RegExp, RegExp]>([
  [
    "two workspaces",
    (path, body) => (path.startsWith("/owners") ? twice(body) : body),
    3,
    /sees 2 workspaces: \S+ \(\S+\), tea-other \(Other\)/,
    /→ RENDER_OWNER_ID=/,
  ],
  [
    "no Blueprint of this repository",
    (path, body) => (path.startsWith("/blueprints?") ? [] : body),
    3,
    /No Blueprint is connected to this repository yet/,
    /→ connect it once, in Render's dashboard: https:\/\/dashboard\.render\.com\/blueprint\/new\?repo=/,
  ],
  [
    "two Blueprints of this repository",
    (path, body) => (path.startsWith("/blueprints?") ? twice(body) : body),
    3,
    /2 Blueprints are connected to this repository/,
    /→ disconnect all but one/,
  ],
])("check finds %s, and says what to do", async (_what, change, code, says, fix) => {
  const found = await through({ change }, "check");
  expect(found.stdout).toMatch(says);
  expect(found.stdout).toMatch(fix);
  expect(found.code).toBe(code);
  // A deploy does not begin, either; what is missing to begin is a matter of configuration or of the check.
  await proxy.close();
  const deployed = await through({ change }, "deploy");
  expect(deployed.stderr).toMatch(says);
  expect([2, 3]).toContain(deployed.code);
});

it("RENDER_OWNER_ID picks one of two workspaces, and a wrong one ends with 2", async () => {
  const change: RenderProxyOptions["change"] = (path, body) =>
    path.startsWith("/owners") ? twice(body) : body;
  proxy = await RenderProxy.start(stack.local, { change });
  const environment = { RENDER_API_KEY: stack.local.apiKey, RENDER_API_URL: proxy.url };
  const picked = { ...environment, RENDER_OWNER_ID: stack.local.owner.id };
  expect((await stack.shapDeployWith({ environment: picked }, "status")).code).toBe(0);
  const wrong = await stack.shapDeployWith(
    { environment: { ...environment, RENDER_OWNER_ID: "tea-none" } },
    "status",
  );
  expect(wrong.stderr).toContain("sees no workspace tea-none");
  expect(wrong.code).toBe(2);
});

it("a deploy whose answer is lost is looked up, and not asked for again", async () => {
  // There is something to go back to, so that rollback asks for a deploy of the worker.
  await stack.fixture.commit({ "note.txt": "newer" });
  await stack.fixture.git("push", "--quiet", "origin", "main");
  const commit = await stack.fixture.git("rev-parse", "HEAD");
  while (stack.local.services.some(({ deploys }) => deploys.live?.commit.id !== commit))
    await new Promise((resolve) => setTimeout(resolve, 50));
  const worker = stack.local.service(firstWorker);
  const before = worker.deploys.all.length;
  const isLost = (method: string, path: string) => method === "POST" && /\/(deploys|rollback)$/.test(path);
  const { code } = await through({ isLost }, "rollback");
  expect(code).toBe(0);
  expect(proxy.calls.filter((call) => /^POST .*\/deploys$/.test(call))).toHaveLength(1);
  expect(proxy.calls.filter((call) => /^POST .*\/rollback$/.test(call))).toHaveLength(1);
  expect(worker.deploys.all).toHaveLength(before + 1);
}, 60_000);
