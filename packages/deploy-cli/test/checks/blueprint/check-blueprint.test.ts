import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkBlueprint } from "../../../src/checks/blueprint/check-blueprint.js";

const text = readFileSync(join(import.meta.dirname, "../../../../../render.yaml"), "utf8");

/** What is found when `from` (which must be there) is replaced, everywhere or in the n-th place. */
function findingsAfter(from: string | RegExp, to: string, nth?: number) {
  let count = 0;
  const pattern =
    typeof from === "string" ? new RegExp(from.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "g") : from;
  const changed = text.replace(pattern, (found) => {
    count += 1;
    return nth === undefined || count === nth ? to : found;
  });
  if (changed === text) throw new Error(`${from} is not in render.yaml`);
  return checkBlueprint(changed, "render.yaml").findings;
}

describe("the project's own render.yaml", () => {
  it("has no failure, and warns of the sample model only", () => {
    const { findings } = checkBlueprint(text, "render.yaml");
    expect(findings.filter(({ level }) => level === "failure")).toEqual([]);
    expect(findings.filter(({ level }) => level === "warning").map(({ id }) => id)).toEqual([
      "blueprint.web.fallback-model",
    ]);
  });

  it("declares every variable of the service", () => {
    const { findings } = checkBlueprint(text, "render.yaml");
    expect(findings.map(({ id }) => id)).not.toContain("blueprint.web.environment-declared");
    expect(findings.map(({ id }) => id)).not.toContain("blueprint.worker.environment-declared");
  });
});

type Case = [
  what: string,
  from: string | RegExp,
  to: string,
  nth: number | undefined,
  level: string,
  id: string,
  fix: RegExp,
];

const cases: Case[] = [
  ["web on the free plan", "plan: starter", "plan: free", 1, "failure", "web.plan", /plan: starter/],
  ["a worker on the free plan", "plan: starter", "plan: free", 2, "failure", "worker.plan", /plan: starter/],
  [
    "a worker on a larger plan",
    "plan: starter",
    "plan: pro plus",
    2,
    "warning",
    "worker.plan",
    /plan: starter/,
  ],
  ["a plan nobody knows", "plan: starter", "plan: huge", 1, "failure", "web.plan", /plan: starter/],
  [
    "Key Value on the free plan",
    "plan: starter",
    "plan: free",
    3,
    "warning",
    "key-value.plan",
    /plan: starter/,
  ],
  [
    "a policy that evicts",
    "noeviction",
    "allkeys-lru",
    undefined,
    "failure",
    "key-value.policy",
    /noeviction/,
  ],
  ["no policy", /^.*maxmemoryPolicy.*\n/gm, "", undefined, "failure", "key-value.policy", /noeviction/],
  [
    "Key Value without persistence",
    "journal-snapshot",
    '"off"',
    undefined,
    "warning",
    "key-value.persistence",
    /journal/,
  ],
  [
    "Key Value open to everybody",
    "ipAllowList: []",
    "ipAllowList: [{ source: 0.0.0.0/0 }]",
    undefined,
    "failure",
    "key-value.allow-list",
    /\[\]/,
  ],
  ["a worker in another region", "region: oregon", "region: ohio", 2, "failure", "regions", /region: oregon/],
  ["no region", /^ *region: oregon.*\n/gm, "", 1, "warning", "region-declared", /region: oregon/],
  ["no health check", /^ *healthCheckPath.*\n/gm, "", undefined, "failure", "web.health-check", /\/health/],
  [
    "another health check",
    "healthCheckPath: /health",
    "healthCheckPath: /",
    undefined,
    "warning",
    "web.health-check",
    /\/health/,
  ],
  ["no start command", /^ *startCommand.*\n/gm, "", 2, "failure", "worker.start", /node packages\/worker/],
  [
    "another program",
    "node packages/web/dist/main.js",
    "python app.py",
    undefined,
    "warning",
    "web.start",
    /node packages\/web/,
  ],
  ["no build command", /^ *buildCommand.*\n/gm, "", 1, "failure", "web.build", /npm ci/],
  ["a build without its compiler", " --include=dev", "", 1, "warning", "web.build", /--include=dev/],
  ["another runtime", "runtime: node", "runtime: python", 1, "failure", "web.runtime", /runtime: node/],
  [
    "no deploy on a push",
    "autoDeployTrigger: commit",
    'autoDeployTrigger: "off"',
    2,
    "failure",
    "worker.trigger",
    /commit/,
  ],
  [
    "the old autoDeploy",
    "autoDeployTrigger: commit",
    "autoDeploy: true",
    1,
    "warning",
    "web.trigger",
    /autoDeployTrigger/,
  ],
  [
    "a short shutdown",
    "maxShutdownDelaySeconds: 120",
    "maxShutdownDelaySeconds: 5",
    undefined,
    "warning",
    "worker.shutdown",
    /60/,
  ],
  ["fields left open", /^ *numInstances.*\n/gm, "", 1, "warning", "web.declared", /numInstances: 1/],
  [
    "a disk",
    "    numInstances: 1\n",
    "    numInstances: 1\n    disk: { name: d, mountPath: /d }\n",
    2,
    "warning",
    "worker.disk",
    /disk/,
  ],
  [
    "scaling and numInstances",
    "    numInstances: 1\n",
    "    numInstances: 1\n    scaling: { minInstances: 1 }\n",
    1,
    "warning",
    "web.instances",
    /one/,
  ],
  [
    "a worker with an old stamp",
    "worker-20261124000000",
    "worker-11242026",
    undefined,
    "warning",
    "worker.name",
    /deploy/,
  ],
  [
    "a worker without a stamp",
    "worker-20261124000000",
    "worker",
    undefined,
    "warning",
    "worker.name",
    /deploy/,
  ],
  [
    "a worker of another name",
    "shap-worker-20261124000000",
    "jobs",
    undefined,
    "warning",
    "worker.name",
    /name: shap-worker-/,
  ],
  ["no REDIS_URL", /^ *- \{ key: REDIS_URL.*\n/gm, "", 2, "failure", "worker.redis", /fromService/],
  [
    "a REDIS_URL in plain",
    /\{ key: REDIS_URL.*\}/g,
    "{ key: REDIS_URL, value: redis://x:6379 }",
    1,
    "failure",
    "web.redis",
    /fromService/,
  ],
  [
    "half an address",
    "property: connectionString",
    "property: host",
    1,
    "failure",
    "web.redis",
    /connectionString/,
  ],
  [
    "a reference to nothing",
    "name: shap-queue, property",
    "name: shap-cue, property",
    1,
    "failure",
    "references",
    /service of this file/,
  ],
  [
    "a reference of the wrong type",
    "type: keyvalue, name",
    "type: web, name",
    1,
    "failure",
    "references",
    /type: keyvalue/,
  ],
  [
    "two properties",
    "property: connectionString",
    "property: connectionString, envVarKey: X",
    1,
    "failure",
    "references",
    /connectionString/,
  ],
  [
    "a group that is not there",
    "- fromGroup: shap-settings",
    "- fromGroup: other",
    1,
    "failure",
    "references",
    /group/,
  ],
  ["a name used twice", "name: shap-queue\n", "name: shap-web\n", undefined, "failure", "names", /own name/],
  ["no key at all", /^ *- \{ key: SHAP_API_KEY.*\n/gm, "", undefined, "failure", "web.keys", /generateValue/],
  [
    "a key in plain",
    "SHAP_API_KEY, generateValue: true",
    "SHAP_API_KEY, value: topsecret",
    undefined,
    "failure",
    "web.secret",
    /generateValue/,
  ],
  ["text for a number", '"475"', "lots", undefined, "failure", "web.environment", /475/],
  [
    "a number out of range",
    'SHAP_MAX_BATCH_SIZE, value: "500"',
    'SHAP_MAX_BATCH_SIZE, value: "0"',
    undefined,
    "failure",
    "web.environment",
    /500/,
  ],
  [
    "a strange truth",
    'MEMORY_OPTIMIZATION, value: "true"',
    "MEMORY_OPTIMIZATION, value: yes please",
    undefined,
    "failure",
    "web.environment",
    /true/,
  ],
  [
    "a log level nobody knows",
    "LOG_LEVEL, value: info",
    "LOG_LEVEL, value: chatty",
    undefined,
    "failure",
    "web.environment",
    /info/,
  ],
  [
    "loopback only",
    "value: 0.0.0.0",
    "value: 127.0.0.1",
    undefined,
    "failure",
    "web.environment",
    /0\.0\.0\.0/,
  ],
  [
    "a misspelt variable",
    "SHAP_JOB_TTL_HOURS",
    "SHAP_JOB_TTL_HOUR",
    undefined,
    "warning",
    "web.unknown-variable",
    /correct/,
  ],
  [
    "a variable left open",
    /^ *- \{ key: REDIS_TIMEOUT.*\n/gm,
    "",
    undefined,
    "warning",
    "web.environment-declared",
    /REDIS_TIMEOUT, value: "10"/,
  ],
  ["a limit above the plan", '"475"', '"512"', undefined, "failure", "web.memory", /475/],
  [
    "a heap above the limit",
    "max-old-space-size=256",
    "max-old-space-size=460",
    undefined,
    "failure",
    "web.memory",
    /256/,
  ],
  [
    "no heap limit",
    "--max-old-space-size=256 ",
    "",
    undefined,
    "warning",
    "web.memory",
    /max-old-space-size/,
  ],
  ["a build in the small heap", "unset NODE_OPTIONS && ", "", 2, "warning", "worker.build-memory", /unset/],
  ["no worker", "type: worker", "type: pserv", undefined, "failure", "services", /worker/],
];

it.each(cases)("%s is found, with its line and its fix", (_what, from, to, nth, level, id, fix) => {
  const finding = findingsAfter(from, to, nth).find(
    (other) => other.id === `blueprint.${id}` && other.level !== "pass",
  );
  expect(finding).toMatchObject({ level, file: "render.yaml" });
  expect(finding?.fix).toMatch(fix);
  expect(finding?.place?.line).toBeGreaterThan(1);
});

describe("a file that Render would refuse", () => {
  const schemaCases: [what: string, from: string | RegExp, to: string, message: RegExp, line: string][] = [
    [
      "an unknown field",
      "healthCheckPath:",
      "healthcheckPath:",
      /knows no field healthcheckPath/,
      "healthCheckPath",
    ],
    [
      "a bare off",
      "autoDeployTrigger: commit",
      "autoDeployTrigger: off!",
      /commit, checksPass or "off"/,
      "autoDeployTrigger",
    ],
    [
      "an unquoted true",
      'MEMORY_OPTIMIZATION, value: "true"',
      "MEMORY_OPTIMIZATION, value: true",
      /value: "true"/,
      "MEMORY_OPTIMIZATION",
    ],
    [
      "a shutdown too long",
      "maxShutdownDelaySeconds: 60",
      "maxShutdownDelaySeconds: 301",
      /300/,
      "maxShutdownDelaySeconds: 60",
    ],
    ["no allow list", /^ *ipAllowList.*\n/gm, "", /a list of \{source, description\}/, "- type: keyvalue"],
  ];
  it.each(schemaCases)("%s is named with its place", (_what, from, to, message, line) => {
    const [finding] = findingsAfter(from, to, 1).filter(({ level }) => level === "failure");
    expect(finding.id).toBe("blueprint.schema");
    expect(finding.title).toMatch(message);
    // The first fit: every case changes the first of its kind.
    expect(finding.place?.line).toBe(text.split("\n").findIndex((other) => other.includes(line)) + 1);
  });

  it("says where the syntax is broken", () => {
    const { findings } = checkBlueprint("services:\n  - type: web\n   name: [", "render.yaml");
    expect(findings[0]).toMatchObject({ id: "blueprint.syntax", level: "failure" });
    expect(findings[0].place?.line).toBeGreaterThan(1);
  });

  it.each(["", "[]", "services: []", "services: 3", "a: &a [*a]"])("survives %j", (broken) => {
    const { findings } = checkBlueprint(broken, "render.yaml");
    expect(findings.some(({ level }) => level === "failure")).toBe(true);
  });
});

it("finds this system beside other services in one Blueprint", () => {
  const others = `services:
  - { type: web, name: shop-web, runtime: node, region: ohio }
  - { type: worker, name: shop-mailer, runtime: node }
  - { type: keyvalue, name: shop-cache, ipAllowList: [] }
`;
  const { findings, roles } = checkBlueprint(text.replace("services:\n", others), "render.yaml");
  expect(roles?.web?.service.name).toBe("shap-web");
  expect(roles?.keyValue?.service.name).toBe("shap-queue");
  expect(findings.filter(({ level }) => level === "failure")).toEqual([]);
});
