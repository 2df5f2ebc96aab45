import type { BrokenModel, ListedModel, WorkerRecord } from "@shap-service/jobs";
import { z } from "zod";

// What the service answers as JSON. The types are held against those the code is written with; the tests hold real
// answers against the schemas.

const hash = z.string().describe("SHA-256, in hexadecimal");
const finite = z.number().nullable().describe("null: no finite number");
/** One number an output of the model. */
const outputs = z.array(finite);
const names = z.array(z.string());

const listedModel = z.object({
  name: z.string(),
  version: hash,
  backgroundVersion: hash.optional(),
  bytes: z.int(),
  kind: z.enum(["tree-ensemble", "linear"]),
  objective: z.string().nullable(),
  features: z.int(),
  outputs: z.int(),
  backgroundRows: z.int(),
  origin: z.enum(["file", "upload", "example"]),
  fallback: z.boolean().describe("The bundled example, served since there is no other model"),
}) satisfies z.ZodType<ListedModel>;

const brokenModel = z.object({
  name: z.string(),
  file: z.string(),
  reason: z.string(),
}) satisfies z.ZodType<BrokenModel>;

export const modelsAnswer = z.object({ models: z.array(listedModel), broken: z.array(brokenModel) });

export const modelAnswer = listedModel.extend({
  featureNames: names,
  outputNames: names,
  source: z.object({
    format: z.string(),
    objective: z.string().optional(),
    version: z.string().optional().describe("Of the library that wrote the file"),
  }),
});

const answering = z.object({ name: z.string(), version: hash, fallback: z.boolean() });

export const predictAnswer = z.object({
  model: answering,
  outputNames: names,
  predictions: z.array(outputs).describe("rows × outputs"),
});

const reason = z.object({ feature: z.string(), contribution: z.number(), value: finite });

export const explainAnswer = z.object({
  model: answering,
  featureNames: names,
  outputNames: names,
  baseValues: z.array(z.number()).describe("One an output"),
  values: z
    .array(z.array(z.union([finite, outputs])))
    .describe("rows × features, or rows × features × outputs where the model has several"),
  predictions: z.array(outputs).describe("rows × outputs"),
  interactions: z
    .array(z.array(z.array(z.union([finite, outputs]))))
    .optional()
    .describe("rows × features × features (× outputs)"),
  reasons: z
    .array(z.array(z.union([reason, z.array(reason)])))
    .optional()
    .describe("rows (× outputs) × the strongest features"),
});

const time = z.string().describe("ISO 8601");

export const jobAnswer = z.object({
  id: z.string(),
  state: z.enum(["queued", "running", "completed", "failed", "cancelled"]),
  model: z.object({
    name: z.string(),
    version: hash,
    backgroundVersion: hash.optional(),
    fallback: z.boolean().optional(),
  }),
  precision: z.enum(["float64", "float32"]),
  rowsDone: z.int(),
  rowsTotal: z.int().optional().describe("Absent while rows arrive"),
  rows: z.int().optional(),
  error: z.string().optional(),
  createdAt: time.optional(),
  startedAt: time.optional(),
  finishedAt: time.optional(),
  links: z.object({ self: z.string(), result: z.string().optional() }),
});
export type JobAnswer = z.output<typeof jobAnswer>;

export const healthAnswer = z.object({
  status: z.enum(["ok", "degraded"]),
  version: z.string(),
  commit: z.string().nullable(),
  uptimeSeconds: z.int(),
  memory: z.object({ rssBytes: z.int(), limitBytes: z.number() }),
  queue: z.object({
    kind: z.enum(["redis", "embedded"]),
    status: z.enum(["ready", "full", "away"]),
    latencyMs: z.number().nullable(),
    reconnects: z.int(),
    counts: z.object({ waiting: z.int(), active: z.int(), failed: z.int() }).nullable(),
  }),
  workers: z.object({ live: z.int().nullable() }),
  models: z.array(answering),
});

export const liveAnswer = z.object({ status: z.literal("alive") });

const worker = z.object({
  name: z.string(),
  service: z.string(),
  instance: z.string().nullable(),
  host: z.string(),
  pid: z.int(),
  commit: z.string().nullable(),
  started: time,
  heartbeat: time,
  rssBytes: z.int(),
  rowsPerSecond: z.number(),
  job: z.string().nullable().describe("The job whose chunk it explains just now"),
}) satisfies z.ZodType<WorkerRecord>;

export const workersAnswer = z.object({ workers: z.array(worker) });
export const sweepAnswer = z.object({ cleared: z.array(z.string()).describe("Names of workers") });
