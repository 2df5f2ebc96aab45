import { z } from "zod";
import { computePlan, computePlanNames, keyValuePlan, keyValuePlanNames } from "../plans.js";

const name = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9-_.]*$/, "letters, digits, - _ and . only");
const region = z.enum(["oregon", "ohio", "virginia", "frankfurt", "singapore"]).default("oregon");
const envKey = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "letters, digits and _ only, no digit first");
const computePlanName = z
  .string()
  .refine((plan) => computePlan(plan) !== undefined, `one of ${computePlanNames.join(", ")}`)
  .default("starter");

const plainVar = z.strictObject({
  key: envKey,
  value: z.union([z.string(), z.number(), z.boolean()]).transform(String),
  previewValue: z.union([z.string(), z.number(), z.boolean()]).optional(),
});
const generatedVar = z.strictObject({ key: envKey, generateValue: z.literal(true) });
const unsyncedVar = z.strictObject({ key: envKey, sync: z.literal(false) });
const serviceVar = z.strictObject({
  key: envKey,
  fromService: z
    .strictObject({
      name,
      type: z.enum(["web", "worker", "pserv", "keyvalue", "redis"]),
      property: z.enum(["host", "port", "hostport", "connectionString"]).optional(),
      envVarKey: envKey.optional(),
    })
    .refine(
      ({ property, envVarKey }) => (property === undefined) !== (envVarKey === undefined),
      "give either property or envVarKey",
    ),
});
const groupReference = z.strictObject({ fromGroup: name });

const envVar = z.union([plainVar, generatedVar, unsyncedVar, serviceVar, groupReference], {
  error:
    "one of {key, value}, {key, generateValue: true}, {key, sync: false}, {key, fromService} or {fromGroup}",
});

const server = {
  name,
  runtime: z.enum(["node", "python", "go", "ruby", "rust", "elixir"]),
  plan: computePlanName,
  region,
  repo: z.string().optional(),
  branch: z.string().optional(),
  rootDir: z.string().default(""),
  buildCommand: z.string().default(""),
  startCommand: z.string().min(1, "a service needs a startCommand"),
  preDeployCommand: z.string().optional(),
  autoDeploy: z.boolean().optional(),
  autoDeployTrigger: z.enum(["commit", "checksPass", "off"]).optional(),
  maxShutdownDelaySeconds: z.int().min(1).max(300).default(30),
  numInstances: z.int().min(1).max(100).default(1),
  buildFilter: z
    .strictObject({
      paths: z.array(z.string()).default([]),
      ignoredPaths: z.array(z.string()).default([]),
    })
    .optional(),
  envVars: z.array(envVar).default([]),
  previews: z.looseObject({}).optional(),
};

const ipAllowList = z.array(z.strictObject({ source: z.string(), description: z.string().default("") }));

const web = z.strictObject({
  type: z.literal("web"),
  ...server,
  healthCheckPath: z.string().startsWith("/", "a path that begins with /").default(""),
  ipAllowList: ipAllowList.optional(),
  domains: z.array(z.string()).optional(),
});
const privateService = z.strictObject({ type: z.literal("pserv"), ...server });
const worker = z.strictObject({
  type: z.literal("worker"),
  ...server,
  healthCheckPath: z.string().optional(),
});
const keyValue = z.strictObject({
  type: z.enum(["keyvalue", "redis"]),
  name,
  plan: z
    .string()
    .refine((plan) => keyValuePlan(plan) !== undefined, `one of ${keyValuePlanNames.join(", ")}`)
    .default("256mb"),
  region,
  ipAllowList,
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
    .default("allkeys-lru"),
  persistenceMode: z.enum(["journal-snapshot", "snapshot", "off"]).default("journal-snapshot"),
  previewPlan: z.string().optional(),
});

const service = z.discriminatedUnion("type", [web, privateService, worker, keyValue], {
  error: (issue) =>
    issue.code === "invalid_union"
      ? "web, pserv, worker and keyvalue are emulated by render-local; static sites and cron jobs are not"
      : undefined,
});

const environmentGroup = z.strictObject({
  name,
  envVars: z
    .array(
      z.union([plainVar, generatedVar], {
        error: "a group's variable is {key, value} or {key, generateValue: true}",
      }),
    )
    .default([]),
});

/** The part of render.yaml that render-local runs. What it does not know is refused, never ignored. */
export const blueprintSchema = z.strictObject({
  version: z.literal("1").optional(),
  services: z.array(service).default([]),
  envVarGroups: z.array(environmentGroup).default([]),
  previews: z.looseObject({}).optional(),
});

export type Blueprint = z.output<typeof blueprintSchema>;
export type BlueprintService = Blueprint["services"][number];
export type BlueprintServer = Exclude<BlueprintService, { type: "keyvalue" | "redis" }>;
export type BlueprintKeyValue = Extract<BlueprintService, { type: "keyvalue" | "redis" }>;
export type BlueprintEnvVar = BlueprintServer["envVars"][number];
export type BlueprintGroup = Blueprint["envVarGroups"][number];

export function isKeyValue(entry: BlueprintService): entry is BlueprintKeyValue {
  return entry.type === "keyvalue" || entry.type === "redis";
}
