/** What a value of a variable may be. */
export type VariableKind =
  | { kind: "integer"; min: number; max: number }
  | { kind: "number"; min: number; max: number }
  | { kind: "boolean" }
  | { kind: "one of"; values: readonly string[] }
  | { kind: "redis url" }
  | { kind: "key digests" }
  | { kind: "text" };

export interface ContractVariable {
  key: string;
  usedBy: readonly ("web" | "worker")[];
  type: VariableKind;
  /** What the service takes when the variable is not set. */
  default?: string;
  /** Must not stand in render.yaml in plain. */
  secret?: boolean;
  /** Render itself sets it. */
  givenByRender?: boolean;
}

const both = ["web", "worker"] as const;
const web = ["web"] as const;

/** Every variable the service reads. A value that does not parse would stop its start. */
export const contractVariables: readonly ContractVariable[] = [
  {
    key: "PORT",
    usedBy: web,
    type: { kind: "integer", min: 1, max: 65535 },
    default: "3000",
    givenByRender: true,
  },
  { key: "HOST", usedBy: web, type: { kind: "text" }, default: "loopback without keys" },
  { key: "REDIS_URL", usedBy: both, type: { kind: "redis url" } },
  { key: "REDIS_TIMEOUT", usedBy: both, type: { kind: "number", min: 0.1, max: 300 }, default: "10" },
  { key: "REDIS_SOCKET_KEEPALIVE", usedBy: both, type: { kind: "boolean" }, default: "true" },
  {
    key: "REDIS_HEALTH_CHECK_INTERVAL",
    usedBy: both,
    type: { kind: "number", min: 0.1, max: 3600 },
    default: "30",
  },
  { key: "MAX_MEMORY_MB", usedBy: both, type: { kind: "integer", min: 64, max: 1_048_576 }, default: "475" },
  { key: "MEMORY_OPTIMIZATION", usedBy: both, type: { kind: "boolean" }, default: "true" },
  { key: "AGGRESSIVE_MEMORY_MANAGEMENT", usedBy: both, type: { kind: "boolean" }, default: "false" },
  {
    key: "SHAP_MAX_BATCH_SIZE",
    usedBy: both,
    type: { kind: "integer", min: 1, max: 100_000 },
    default: "500",
  },
  {
    key: "SHAP_MAX_SYNC_ROWS",
    usedBy: web,
    type: { kind: "integer", min: 1, max: 100_000 },
    default: "1000",
  },
  { key: "SHAP_MODEL_DIR", usedBy: both, type: { kind: "text" }, default: "./models" },
  { key: "SHAP_MAX_MODEL_MB", usedBy: web, type: { kind: "number", min: 0.001, max: 1024 }, default: "50" },
  {
    key: "SHAP_MODEL_CHECK_SECONDS",
    usedBy: web,
    type: { kind: "number", min: 0.1, max: 3600 },
    default: "15",
  },
  {
    key: "SHAP_MODEL_CHECK_MEMORY_MB",
    usedBy: web,
    type: { kind: "integer", min: 96, max: 1_048_576 },
    default: "240",
  },
  {
    key: "SHAP_ALLOW_FALLBACK_MODEL",
    usedBy: both,
    type: { kind: "boolean" },
    default: "false in production",
  },
  { key: "SHAP_API_KEY", usedBy: web, type: { kind: "text" }, secret: true },
  { key: "SHAP_API_KEYS", usedBy: web, type: { kind: "key digests" } },
  {
    key: "SHAP_RATE_LIMIT_PER_MINUTE",
    usedBy: web,
    type: { kind: "integer", min: 1, max: 1_000_000_000 },
    default: "120000",
  },
  { key: "SHAP_JOB_TTL_HOURS", usedBy: both, type: { kind: "number", min: 0.01, max: 8760 }, default: "24" },
  {
    key: "SHAP_CHUNK_LOCK_SECONDS",
    usedBy: both,
    type: { kind: "number", min: 1, max: 3600 },
    default: "30",
  },
  {
    key: "SHAP_SHUTDOWN_SECONDS",
    usedBy: both,
    type: { kind: "number", min: 0, max: 3600 },
    default: "20",
  },
  {
    key: "LOG_LEVEL",
    usedBy: both,
    type: { kind: "one of", values: ["fatal", "error", "warn", "info", "debug", "trace", "silent"] },
    default: "info",
  },
];

/** Why a value cannot be what the variable needs, or undefined when it can. */
export function whyNot(value: string, type: VariableKind): string | undefined {
  switch (type.kind) {
    case "integer":
    case "number": {
      const number = value.trim() === "" ? Number.NaN : Number(value);
      const fits = type.kind === "integer" ? Number.isSafeInteger(number) : Number.isFinite(number);
      if (fits && number >= type.min && number <= type.max) return undefined;
      return `a ${type.kind === "integer" ? "whole number" : "number"} from ${type.min} to ${type.max}`;
    }
    case "boolean":
      return ["true", "false", "1", "0", "yes", "no"].includes(value) ? undefined : '"true" or "false"';
    case "one of":
      return type.values.includes(value) ? undefined : `one of ${type.values.join(", ")}`;
    case "redis url":
      return /^rediss?:\/\/\S+$/.test(value) ? undefined : "a redis:// or rediss:// address";
    case "key digests":
      return /^[^:,\s]+:(read|write|admin):[0-9a-f]{64}(,[^:,\s]+:(read|write|admin):[0-9a-f]{64})*$/i.test(
        value,
      )
        ? undefined
        : "name:role:sha256hex, separated by commas, role read, write or admin";
    case "text":
      return value === "" ? "not empty" : undefined;
  }
}

/** A valid value of the variable, to show how it is written. */
export function sampleOf(variable: ContractVariable): string {
  const { type, default: byDefault } = variable;
  if (byDefault !== undefined && whyNot(byDefault, type) === undefined && type.kind !== "text")
    return byDefault;
  if (type.kind === "boolean") return "false";
  return variable.key === "HOST" ? "0.0.0.0" : variable.key === "SHAP_MODEL_DIR" ? "./models" : "...";
}
