import { z } from "zod";

// The fields of a Blueprint as Render's specification page of September 2026 lists them. Render's schemas are
// closed, so a field that is not here would stop the sync: it is refused by name.

const name = z.string().min(1, "a name");
const integer = (min: number, max: number) => z.int(`a whole number from ${min} to ${max}`).min(min).max(max);
const region = z.enum(["oregon", "ohio", "virginia", "frankfurt", "singapore"]);
const open = z.looseObject({});
const variableKey = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a variable's name has letters, digits and _ only, and no digit first");

const literal = z.union([z.string(), z.number()], {
  error: 'a string or a number; quote it, like value: "true"',
});
const previewValue = literal.optional();
const plainVariable = z.strictObject({ key: variableKey, value: literal, previewValue });
const variableForms = [
  plainVariable,
  z.strictObject({ key: variableKey, generateValue: z.literal(true), previewValue }),
  z.strictObject({ key: variableKey, sync: z.literal(false), previewValue }),
  z.strictObject({
    key: variableKey,
    fromService: z.strictObject({
      name,
      type: z.enum(["web", "worker", "pserv", "cron", "keyvalue", "redis"]),
      property: z.enum(["host", "port", "hostport", "connectionString"]).optional(),
      envVarKey: z.string().optional(),
    }),
    previewValue,
  }),
  z.strictObject({
    key: variableKey,
    fromDatabase: z.strictObject({ name, property: z.string() }),
    previewValue,
  }),
  z.strictObject({ fromGroup: name }),
] as const;

const variableError =
  (otherwise: string) =>
  ({ input }: { input?: unknown }): string => {
    const value = (input as { value?: unknown } | null)?.value;
    return typeof value === "boolean"
      ? `a value is a string or a number: write value: "${value}"`
      : otherwise;
  };

const variable = z.union(variableForms, {
  error: variableError(
    "one of {key, value}, {key, generateValue: true}, {key, sync: false}, {key, fromService}, {key, fromDatabase}, {fromGroup}",
  ),
});

const buildFilter = z.strictObject({
  paths: z.array(z.string()).optional(),
  ignoredPaths: z.array(z.string()).optional(),
});

const common = {
  name,
  runtime: z.enum(["node", "python", "go", "ruby", "rust", "elixir", "docker", "image", "static"]).optional(),
  plan: z.string().optional(),
  region: region.optional(),
  repo: z.string().optional(),
  branch: z.string().optional(),
  rootDir: z.string().optional(),
  buildCommand: z.string().optional(),
  startCommand: z.string().optional(),
  preDeployCommand: z.string().optional(),
  autoDeployTrigger: z
    .enum(["commit", "checksPass", "off"], {
      error: 'commit, checksPass or "off" (quoted: YAML reads a bare off as false)',
    })
    .optional(),
  autoDeploy: z.boolean().optional(),
  buildFilter: buildFilter.optional(),
  envVars: z.array(variable).optional(),
  dockerCommand: z.string().optional(),
  dockerContext: z.string().optional(),
  dockerfilePath: z.string().optional(),
  registryCredential: open.optional(),
  image: open.optional(),
};

const server = {
  ...common,
  initialDeployHook: z.string().optional(),
  healthCheckPath: z.string().startsWith("/", "a path that begins with /").optional(),
  maxShutdownDelaySeconds: integer(1, 300).optional(),
  numInstances: integer(1, 100).optional(),
  scaling: open.optional(),
  disk: open.optional(),
  previews: open.optional(),
};

const allowList = z.array(z.strictObject({ source: z.string(), description: z.string().optional() }));
const keyValue = z.strictObject({
  type: z.enum(["keyvalue", "redis"]),
  name,
  plan: z.string().optional(),
  region: region.optional(),
  ipAllowList: z.array(z.strictObject({ source: z.string(), description: z.string().optional() }), {
    error: "a list of {source, description}; [] lets only this workspace's services in",
  }),
  maxmemoryPolicy: z
    .enum([
      "allkeys-lru",
      "noeviction",
      "volatile-lru",
      "allkeys-lfu",
      "volatile-lfu",
      "allkeys-random",
      "volatile-random",
      "volatile-ttl",
    ])
    .optional(),
  persistenceMode: z.enum(["journal-snapshot", "snapshot", "off"]).optional(),
  previewPlan: z.string().optional(),
});

const service = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("web"),
    ...server,
    domains: z.array(z.string()).optional(),
    renderSubdomainPolicy: z.enum(["enabled", "disabled"]).optional(),
    maintenanceMode: open.optional(),
    ipAllowList: allowList.optional(),
    // A static site is a web service whose runtime is static.
    staticPublishPath: z.string().optional(),
    headers: z.array(open).optional(),
    routes: z.array(open).optional(),
  }),
  z.strictObject({ type: z.literal("worker"), ...server }),
  z.strictObject({ type: z.literal("pserv"), ...server }),
  z.strictObject({ type: z.literal("cron"), schedule: z.string(), ...common }),
  keyValue,
]);

const group = z.strictObject({
  name,
  envVars: z.array(
    z.union([plainVariable, z.strictObject({ key: variableKey, generateValue: z.literal(true) })], {
      error: variableError("a group's variable is {key, value} or {key, generateValue: true}"),
    }),
  ),
});

/** What Render accepts in a render.yaml, as far as its specification says. */
export const blueprintSchema = z.strictObject({
  version: z.literal("1").optional(),
  services: z.array(service).min(1, "at least one service"),
  envVarGroups: z.array(group).optional(),
  databases: z.array(open).optional(),
  projects: z.array(open).optional(),
  ungrouped: open.optional(),
  previews: open.optional(),
});

export type Blueprint = z.output<typeof blueprintSchema>;
export type BlueprintService = Blueprint["services"][number];
export type ServerService = Extract<BlueprintService, { type: "web" | "worker" }>;
export type WebService = Extract<BlueprintService, { type: "web" }>;
export type WorkerService = Extract<BlueprintService, { type: "worker" }>;
export type KeyValueService = Extract<BlueprintService, { type: "keyvalue" | "redis" }>;
export type BlueprintVariable = z.output<typeof variable>;
