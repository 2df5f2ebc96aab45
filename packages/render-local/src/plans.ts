/** What a plan of a web service, private service or worker gives to each instance. */
export interface ComputePlan {
  /** As the REST API spells it. */
  apiName: string;
  memoryBytes: number;
  cpus: number;
}

/** What a plan of a Key Value instance gives. */
export interface KeyValuePlan {
  apiName: string;
  memoryBytes: number;
  maxClients: number;
  /** Whether the data outlives the server: the free plan keeps nothing. */
  persistent: boolean;
}

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;

/** Names accepted in render.yaml: the ids of September 2026 and the names before them. */
const computePlans: Record<string, ComputePlan> = {
  free: { apiName: "free", memoryBytes: 512 * mebibyte, cpus: 0.1 },
  starter: { apiName: "starter", memoryBytes: 512 * mebibyte, cpus: 0.5 },
  standard: { apiName: "standard", memoryBytes: 2 * gibibyte, cpus: 1 },
  pro: { apiName: "pro", memoryBytes: 4 * gibibyte, cpus: 2 },
  "pro plus": { apiName: "pro_plus", memoryBytes: 8 * gibibyte, cpus: 4 },
  "pro max": { apiName: "pro_max", memoryBytes: 16 * gibibyte, cpus: 4 },
  "pro ultra": { apiName: "pro_ultra", memoryBytes: 32 * gibibyte, cpus: 8 },
};

const keyValuePlans: Record<string, KeyValuePlan> = {
  free: { apiName: "free", memoryBytes: 25 * mebibyte, maxClients: 50, persistent: false },
  starter: { apiName: "starter", memoryBytes: 256 * mebibyte, maxClients: 250, persistent: true },
  standard: { apiName: "standard", memoryBytes: gibibyte, maxClients: 1000, persistent: true },
  pro: { apiName: "pro", memoryBytes: 5 * gibibyte, maxClients: 5000, persistent: true },
  "pro plus": { apiName: "pro_plus", memoryBytes: 10 * gibibyte, maxClients: 10_000, persistent: true },
};

const keyValueIds: Record<string, string> = { "256mb": "starter", "1g": "standard", "5g": "pro" };
const computeIds: Record<string, string> = { "0.5c-512mb": "starter", "1c-2g": "standard", "2c-4g": "pro" };

/** The plan a render.yaml or an API call names, or undefined when there is none of that name. */
export function computePlan(name: string): ComputePlan | undefined {
  const legacy = computeIds[name] ?? name.replaceAll("_", " ");
  return Object.hasOwn(computePlans, legacy) ? computePlans[legacy] : undefined;
}

/** The Key Value plan a render.yaml or an API call names, or undefined when there is none of that name. */
export function keyValuePlan(name: string): KeyValuePlan | undefined {
  const legacy = keyValueIds[name] ?? name.replaceAll("_", " ");
  return Object.hasOwn(keyValuePlans, legacy) ? keyValuePlans[legacy] : undefined;
}

export const computePlanNames = [...Object.keys(computePlans), ...Object.keys(computeIds)];
export const keyValuePlanNames = [...Object.keys(keyValuePlans), ...Object.keys(keyValueIds)];

/** `512Mi`, as Render writes memory limits. */
export function formatMemoryLimit(bytes: number): string {
  return bytes % gibibyte === 0 ? `${bytes / gibibyte}Gi` : `${Math.round(bytes / mebibyte)}Mi`;
}
