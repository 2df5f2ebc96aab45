import { isStarter, planMemoryMegabytes } from "../../blueprint/plans.js";
import type { Placed } from "../../blueprint/roles.js";
import type { ServerService } from "../../blueprint/schema.js";
import { literalValue, serviceEnvironment } from "../../blueprint/service-environment.js";
import type { BlueprintSubject } from "./check-blueprint.js";

// Measured on Node 20: the heap grows to --max-old-space-size plus its young generation.
const youngGenerationMegabytes = 48;
const starterMegabytes = 512;
// Render takes the whole process tree; what MAX_MEMORY_MB leaves is for the time between two looks at it.
const smallestReserve = 0.05;
const recommendedHeapMegabytes = 256;

/** The plan's memory, the service's own limit below it, and Node's heap below that. */
export function checkMemory(
  { blueprint, findings }: BlueprintSubject,
  { service, index }: Placed<ServerService>,
): void {
  const environment = serviceEnvironment(blueprint, service, index);
  const plan = service.plan ?? "starter";
  const planMemory = planMemoryMegabytes(plan) ?? starterMegabytes;
  const at = (key: string) => environment.get(key)?.path ?? ["services", index];
  const limit = Number(literalValue(environment.get("MAX_MEMORY_MB")) ?? "475");
  if (!Number.isFinite(limit)) return;
  const id = `${service.type}.memory`;
  if (limit > planMemory * (1 - smallestReserve)) {
    const fitting = isStarter(plan) ? 475 : Math.floor(planMemory * 0.92);
    findings.failure(id, {
      title: `${service.name} may use ${limit} MB of the ${planMemory} MB of ${plan}`,
      why: "Render would kill it before it notices by itself",
      fix: `MAX_MEMORY_MB: "${fitting}"`,
      at: at("MAX_MEMORY_MB"),
    });
    return;
  }
  const options = literalValue(environment.get("NODE_OPTIONS")) ?? "";
  const flag = /--max-old-space-size=(\d+)/.exec(`${options} ${service.startCommand ?? ""}`);
  const heapFix = `{ key: NODE_OPTIONS, value: --max-old-space-size=${recommendedHeapMegabytes} }`;
  if (!flag) {
    findings.warning(id, {
      title: `${service.name} sets no heap limit for Node`,
      why: "Node guesses from the machine; without a limit its heap may grow past the plan",
      fix: heapFix,
      at: at("NODE_OPTIONS"),
    });
  } else if (Number(flag[1]) + youngGenerationMegabytes > limit) {
    findings.failure(id, {
      title: `${service.name} gives Node's heap ${flag[1]} MB, with MAX_MEMORY_MB ${limit}`,
      why: `the heap grows to about ${Number(flag[1]) + youngGenerationMegabytes} MB, and tables and rows come on top of it`,
      fix: heapFix,
      at: at("NODE_OPTIONS"),
    });
  } else {
    findings.pass(id, `${service.name}: heap ${flag[1]} MB < own limit ${limit} MB < plan ${planMemory} MB`);
  }
  if (
    service.buildCommand &&
    /--max-old-space-size/.test(options) &&
    !/NODE_OPTIONS/.test(service.buildCommand)
  ) {
    findings.warning(`${service.type}.build-memory`, {
      title: `${service.name} builds under the same heap limit as it runs`,
      why: "NODE_OPTIONS also holds for the build, and the compiler may need more than the service",
      fix: "buildCommand: unset NODE_OPTIONS && npm ci --include=dev && npm run build",
      at: ["services", index, "buildCommand"],
    });
  }
}
