import { z } from "zod";

// The parts of Render's answers that are read here. Enums are plain text: a value that Render adds tomorrow must not
// stop a deploy today. Fields that are not read are let through.

const text = z.string();
const maybe = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);

export const ownerSchema = z.looseObject({ id: text, name: text, email: maybe, type: maybe });
export const userSchema = z.looseObject({ email: maybe, name: maybe });

export const serviceSchema = z.looseObject({
  id: text,
  name: text,
  type: text,
  ownerId: text,
  repo: maybe,
  branch: maybe,
  autoDeploy: maybe,
  autoDeployTrigger: maybe,
  dashboardUrl: maybe,
  suspended: text,
  suspenders: z
    .array(text)
    .nullish()
    .transform((list) => list ?? []),
  createdAt: text,
  updatedAt: text,
  serviceDetails: z
    .looseObject({
      url: maybe,
      plan: maybe,
      region: maybe,
      healthCheckPath: maybe,
      maxShutdownDelaySeconds: z.number().nullish(),
      numInstances: z.number().nullish(),
      parentServer: z.unknown().optional(),
    })
    .nullish()
    .transform((details) => details ?? undefined),
});

export const deploySchema = z.looseObject({
  id: text,
  commit: z.looseObject({ id: maybe, message: maybe, createdAt: maybe }).nullish(),
  status: maybe,
  trigger: maybe,
  createdAt: maybe,
  startedAt: maybe,
  finishedAt: maybe,
});

export const instanceSchema = z.looseObject({ id: text, createdAt: text });

export const eventSchema = z.looseObject({
  id: text,
  timestamp: text,
  serviceId: text,
  type: text,
  details: z.looseObject({}).nullish(),
});

export const logSchema = z.looseObject({
  id: text,
  message: text,
  timestamp: text,
  labels: z.array(z.looseObject({ name: text, value: text })).nullish(),
});

export const logPageSchema = z.looseObject({
  hasMore: z.boolean(),
  nextStartTime: maybe,
  nextEndTime: maybe,
  logs: z
    .array(logSchema)
    .nullish()
    .transform((logs) => logs ?? []),
});

export const metricSchema = z.looseObject({
  labels: z
    .array(z.looseObject({ field: text, value: text }))
    .nullish()
    .transform((labels) => labels ?? []),
  values: z
    .array(z.looseObject({ timestamp: text, value: z.number() }))
    .nullish()
    .transform((values) => values ?? []),
  unit: maybe,
});

export const keyValueSchema = z.looseObject({
  id: text,
  name: text,
  status: text,
  plan: maybe,
  region: maybe,
  options: z.looseObject({ maxmemoryPolicy: maybe }).nullish(),
  dashboardUrl: maybe,
});

export const blueprintSchema = z.looseObject({
  id: text,
  name: text,
  status: text,
  autoSync: z.boolean(),
  repo: maybe,
  branch: maybe,
  path: maybe,
  resources: z.array(z.looseObject({ id: text, name: text, type: text })).nullish(),
});

export const syncSchema = z.looseObject({
  id: text,
  commit: z.looseObject({ id: maybe }).nullish(),
  state: text,
  startedAt: maybe,
  completedAt: maybe,
});

export const validationSchema = z.looseObject({
  valid: z.boolean(),
  errors: z
    .array(
      z.looseObject({ error: text, path: maybe, line: z.number().nullish(), column: z.number().nullish() }),
    )
    .nullish(),
  plan: z
    .looseObject({
      services: z.array(z.unknown()).nullish(),
      keyValue: z.array(z.unknown()).nullish(),
      envGroups: z.array(z.unknown()).nullish(),
      databases: z.array(z.unknown()).nullish(),
    })
    .nullish(),
});

export const envVarSchema = z.looseObject({ key: text, value: z.string().nullish() });

export type RenderOwner = z.output<typeof ownerSchema>;
export type RenderService = z.output<typeof serviceSchema>;
export type RenderDeploy = z.output<typeof deploySchema>;
export type RenderInstance = z.output<typeof instanceSchema>;
export type RenderEvent = z.output<typeof eventSchema>;
export type RenderLog = z.output<typeof logSchema>;
export type RenderMetric = z.output<typeof metricSchema>;
export type RenderKeyValue = z.output<typeof keyValueSchema>;
export type RenderBlueprint = z.output<typeof blueprintSchema>;
export type RenderSync = z.output<typeof syncSchema>;
export type RenderValidation = z.output<typeof validationSchema>;
