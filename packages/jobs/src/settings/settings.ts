import { statSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { type ApiKey, apiKey, apiKeys } from "./api-keys.js";
import { isHost } from "./host.js";

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

const redisUrl = z.string().refine(isRedisUrl, {
  error: "expected redis://host:port or rediss://host:port, and no path but the number of a database",
});

function isRedisUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname } = new URL(text);
  // Any other path is taken for database 0, which then is shared with somebody.
  return /^rediss?:$/.test(protocol) && hostname !== "" && /^(\/\d*)?$/.test(pathname);
}

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** @returns what is wrong with the folder; the default one may be absent */
function folderProblem(folder: string): string | undefined {
  try {
    if (statSync(folder).isDirectory()) return undefined;
    return "ENOTDIR";
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    return code === "ENOENT" && !isOwnFolder(folder) ? undefined : code;
  }
}

/** A folder named by hand, which must be there. */
const isOwnFolder = (folder: string): boolean => resolve(folder) !== resolve(DEFAULT_MODEL_DIR);

const modelDir = z.string().superRefine((folder, context) => {
  const problem = folderProblem(folder);
  if (problem !== undefined) context.addIssue(`expected a folder that can be read (${problem})`);
});

/** Every variable the service reads, with its default; docs/operations says what each is for. */
const variables = z.object({
  PORT: wholeNumber(3000, 0, 65_535),
  HOST: z.string().refine(isHost, { error: "expected an address or a name, without a port" }).optional(),
  REDIS_URL: redisUrl.optional(),
  REDIS_TIMEOUT: number(10, 0.1, 300),
  REDIS_SOCKET_KEEPALIVE: flag(true),
  REDIS_HEALTH_CHECK_INTERVAL: number(30, 0.1, 3600),
  MAX_MEMORY_MB: number(475, 64, 1_048_576),
  MEMORY_OPTIMIZATION: flag(true),
  AGGRESSIVE_MEMORY_MANAGEMENT: flag(false),
  SHAP_MAX_BATCH_SIZE: wholeNumber(500, 1, 100_000),
  SHAP_MAX_SYNC_ROWS: wholeNumber(1000, 1, 100_000),
  SHAP_MODEL_DIR: modelDir.optional(),
  SHAP_MAX_MODEL_MB: number(50, 0.001, 1024),
  SHAP_MODEL_CHECK_SECONDS: number(15, 0.1, 3600),
  SHAP_MODEL_CHECK_MEMORY_MB: wholeNumber(240, 96, 1_048_576),
  SHAP_ALLOW_FALLBACK_MODEL: z.string().optional(),
  SHAP_API_KEY: apiKey.optional(),
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
 * @param found what is known to be wrong already
 * @throws SettingsError naming every wrong variable, what was expected and (unless it may be secret) what was found
 */
export function readSettings(
  env: Readonly<Record<string, string | undefined>>,
  found: readonly string[] = [],
): Settings {
  const present = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => {
      const text = value?.trim();
      return text === undefined || text === "" ? [] : [[name, text]];
    }),
  );
  const parsed = variables.safeParse(present);
  const problems = parsed.success ? [] : parsed.error.issues.map((issue) => describe(issue, present));
  problems.push(...found);
  const fallback = flag(present.NODE_ENV !== "production").safeParse(present.SHAP_ALLOW_FALLBACK_MODEL);
  if (!fallback.success) {
    problems.push(
      describe({ path: ["SHAP_ALLOW_FALLBACK_MODEL"], message: "expected true or false" }, present),
    );
  }
  if (!parsed.success || !fallback.success || problems.length > 0) {
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
    modelDirIsGiven: values.SHAP_MODEL_DIR !== undefined && isOwnFolder(values.SHAP_MODEL_DIR),
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
