import { resolve } from "node:path";
import { z } from "zod";

const DEFAULT_MODEL_DIR = "./models";

const flag = (fallback: boolean) =>
  z
    .enum(["true", "false", "1", "0", "yes", "no"], { error: "expected true or false" })
    .transform((text) => text === "true" || text === "1" || text === "yes")
    .default(fallback);

const number = (fallback: number, least: number, most: number) =>
  z.coerce
    .number({ error: "expected a number" })
    .min(least, { error: `expected at least ${least}` })
    .max(most, { error: `expected at most ${most}` })
    .default(fallback);

const wholeNumber = (fallback: number, least: number, most: number) =>
  number(fallback, least, most).refine(Number.isInteger, { error: "expected a whole number" });

const redisUrl = z.string().refine(isRedisUrl, { error: "expected redis://… or rediss://…" });

function isRedisUrl(text: string): boolean {
  return URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol) && new URL(text).hostname !== "";
}

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

const roles = ["read", "write", "admin"] as const;
/** What a key may do: `read` explains and reads, `write` submits jobs too, `admin` changes models and workers. */
export type Role = (typeof roles)[number];

export interface ApiKey {
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the key, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
}

const apiKeys = z
  .string()
  .transform((text) => text.split(",").map((part) => part.trim()))
  .refine((parts) => parts.every((part) => /^[\w.-]+:(read|write|admin):[0-9a-fA-F]{64}$/.test(part)), {
    error: "expected name:role:sha256hex, separated by commas; role is read, write or admin",
  })
  .transform((parts) =>
    parts.map((part): ApiKey => {
      const [name, role, sha256] = part.split(":") as [string, Role, string];
      return { name, role, sha256: sha256.toLowerCase() };
    }),
  );

/** Every variable the service reads, with its default; docs/operations says what each is for. */
const variables = z.object({
  PORT: wholeNumber(3000, 0, 65_535),
  HOST: z.string().optional(),
  REDIS_URL: redisUrl.optional(),
  REDIS_TIMEOUT: number(10, 0.1, 300),
  REDIS_SOCKET_KEEPALIVE: flag(true),
  REDIS_HEALTH_CHECK_INTERVAL: number(30, 0.1, 3600),
  MAX_MEMORY_MB: number(475, 64, 1_048_576),
  MEMORY_OPTIMIZATION: flag(true),
  AGGRESSIVE_MEMORY_MANAGEMENT: flag(false),
  SHAP_MAX_BATCH_SIZE: wholeNumber(500, 1, 100_000),
  SHAP_MAX_SYNC_ROWS: wholeNumber(1000, 1, 100_000),
  SHAP_MODEL_DIR: z.string().optional(),
  SHAP_MAX_MODEL_MB: number(50, 0.001, 1024),
  SHAP_MODEL_CHECK_SECONDS: number(15, 0.1, 3600),
  SHAP_MODEL_CHECK_MEMORY_MB: wholeNumber(240, 96, 1_048_576),
  SHAP_ALLOW_FALLBACK_MODEL: z.string().optional(),
  SHAP_API_KEY: z.string().min(8, { error: "expected at least 8 characters" }).optional(),
  SHAP_API_KEYS: apiKeys.optional(),
  SHAP_RATE_LIMIT_PER_MINUTE: wholeNumber(120_000, 1, 1_000_000_000),
  SHAP_JOB_TTL_HOURS: number(24, 0.001, 8760),
  SHAP_CHUNK_LOCK_SECONDS: number(30, 1, 3600),
  SHAP_SHUTDOWN_SECONDS: number(20, 0, 3600),
  LOG_LEVEL: z.enum(logLevels, { error: `expected one of ${logLevels.join(", ")}` }).default("info"),
  NODE_ENV: z.string().optional(),
  RENDER_SERVICE_NAME: z.string().optional(),
  RENDER_INSTANCE_ID: z.string().optional(),
  RENDER_GIT_COMMIT: z.string().optional(),
});

export interface Settings {
  readonly port: number;
  /** Undefined: loopback without API keys, every interface with them. */
  readonly host: string | undefined;
  readonly redis: RedisSettings | undefined;
  readonly memory: MemorySettings;
  /** Rows a chunk. */
  readonly maxBatchSize: number;
  readonly maxSyncRows: number;
  readonly modelDir: string;
  /** A folder named by hand must be readable; the default one may be absent. */
  readonly modelDirIsGiven: boolean;
  readonly allowFallbackModel: boolean;
  readonly modelLimits: ModelLimits;
  readonly apiKey: string | undefined;
  readonly apiKeys: readonly ApiKey[];
  /** Requests one key may make a minute, over all web processes. */
  readonly requestsPerMinute: number;
  readonly jobTtlSeconds: number;
  /** How long what a process works on (a chunk, an upload, its registration) is kept for it once it is silent. */
  readonly chunkLockMs: number;
  /** How long the requests or the chunk under way may go on after SIGTERM. */
  readonly shutdownMs: number;
  readonly logLevel: (typeof logLevels)[number];
  /** What this process is, for logs and the worker registry. */
  readonly service: string | undefined;
  readonly instance: string | undefined;
  readonly commit: string | undefined;
}

export interface RedisSettings {
  readonly url: string;
  /** To connect, and for a command to answer. */
  readonly timeoutMs: number;
  readonly keepAlive: boolean;
  readonly healthCheckMs: number;
}

/** What an uploaded model file may take. */
export interface ModelLimits {
  /** Of the file, unpacked. */
  readonly maxBytes: number;
  /** Processor time of the check that loads and explains it. */
  readonly checkMs: number;
  /** Resident set size of the process that checks it. */
  readonly checkMemoryBytes: number;
}

export interface MemorySettings {
  readonly limitBytes: number;
  readonly watch: boolean;
  readonly aggressive: boolean;
}

/** Environment variables that do not parse: one line that names every one of them. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/**
 * The settings a process runs with. An empty variable counts as not set.
 * @throws SettingsError naming every wrong variable, what was expected and (unless it may be secret) what was found
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const present = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => {
      const text = value?.trim();
      return text === undefined || text === "" ? [] : [[name, text]];
    }),
  );
  const parsed = variables.safeParse(present);
  const problems = parsed.success ? [] : parsed.error.issues.map((issue) => describe(issue, present));
  const fallback = flag(present.NODE_ENV !== "production").safeParse(present.SHAP_ALLOW_FALLBACK_MODEL);
  if (!fallback.success) {
    problems.push(
      describe({ path: ["SHAP_ALLOW_FALLBACK_MODEL"], message: "expected true or false" }, present),
    );
  }
  if (!parsed.success || !fallback.success) {
    throw new SettingsError(`Wrong environment: ${[...new Set(problems)].join("; ")}`);
  }
  return toSettings(parsed.data, fallback.data);
}

const secret = new Set(["SHAP_API_KEY", "SHAP_API_KEYS", "REDIS_URL"]);

function describe(issue: { path: PropertyKey[]; message: string }, env: Record<string, string>): string {
  const name = String(issue.path[0]);
  const found = secret.has(name) ? "" : `, got ${JSON.stringify(env[name])}`;
  return `${name}: ${issue.message}${found}`;
}

function toSettings(values: z.output<typeof variables>, allowFallbackModel: boolean): Settings {
  return {
    port: values.PORT,
    host: values.HOST,
    redis:
      values.REDIS_URL === undefined
        ? undefined
        : {
            url: values.REDIS_URL,
            timeoutMs: values.REDIS_TIMEOUT * 1000,
            keepAlive: values.REDIS_SOCKET_KEEPALIVE,
            healthCheckMs: values.REDIS_HEALTH_CHECK_INTERVAL * 1000,
          },
    memory: {
      limitBytes: values.MAX_MEMORY_MB * 1_048_576,
      watch: values.MEMORY_OPTIMIZATION,
      aggressive: values.AGGRESSIVE_MEMORY_MANAGEMENT,
    },
    maxBatchSize: values.SHAP_MAX_BATCH_SIZE,
    maxSyncRows: values.SHAP_MAX_SYNC_ROWS,
    modelDir: values.SHAP_MODEL_DIR ?? DEFAULT_MODEL_DIR,
    modelDirIsGiven:
      values.SHAP_MODEL_DIR !== undefined && resolve(values.SHAP_MODEL_DIR) !== resolve(DEFAULT_MODEL_DIR),
    allowFallbackModel,
    modelLimits: {
      maxBytes: Math.floor(values.SHAP_MAX_MODEL_MB * 1_048_576),
      checkMs: values.SHAP_MODEL_CHECK_SECONDS * 1000,
      checkMemoryBytes: values.SHAP_MODEL_CHECK_MEMORY_MB * 1_048_576,
    },
    apiKey: values.SHAP_API_KEY,
    apiKeys: values.SHAP_API_KEYS ?? [],
    requestsPerMinute: values.SHAP_RATE_LIMIT_PER_MINUTE,
    jobTtlSeconds: Math.ceil(values.SHAP_JOB_TTL_HOURS * 3600),
    chunkLockMs: Math.round(values.SHAP_CHUNK_LOCK_SECONDS * 1000),
    shutdownMs: values.SHAP_SHUTDOWN_SECONDS * 1000,
    logLevel: values.LOG_LEVEL,
    service: values.RENDER_SERVICE_NAME,
    instance: values.RENDER_INSTANCE_ID,
    commit: values.RENDER_GIT_COMMIT,
  };
}
