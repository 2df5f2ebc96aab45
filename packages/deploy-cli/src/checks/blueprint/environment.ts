import {
  type ContractVariable,
  contractVariables,
  sampleOf,
  whyNot,
} from "../../blueprint/environment-contract.js";
import type { Placed } from "../../blueprint/roles.js";
import type { ServerService } from "../../blueprint/schema.js";
import {
  type DeclaredVariable,
  literalValue,
  serviceEnvironment,
} from "../../blueprint/service-environment.js";
import type { Findings } from "../finding.js";
import type { BlueprintSubject } from "./check-blueprint.js";

const ourPrefixes = /^(SHAP_|REDIS_|MAX_MEMORY|MEMORY_|AGGRESSIVE_)/;
const loopback = /^(localhost|127\.|::1$)/;

/** The variables of the contract: there, of their type, secret where they must be, shared by web and worker. */
export function checkEnvironment(subject: BlueprintSubject, { service, index }: Placed<ServerService>): void {
  const { blueprint, findings } = subject;
  const environment = serviceEnvironment(blueprint, service, index);
  const before = findings.list.length;
  const undeclared: ContractVariable[] = [];
  for (const variable of contractVariables) {
    if (!variable.usedBy.includes(service.type)) continue;
    const declared = environment.get(variable.key);
    if (declared) checkVariable(findings, service, variable, declared);
    else if (variable.default !== undefined && !variable.givenByRender) undeclared.push(variable);
  }
  checkRedis(findings, subject, service, index, environment.get("REDIS_URL"));
  if (service.type === "web") checkKeys(findings, service, index, environment);
  checkUnknown(findings, service, environment);
  if (undeclared.length > 0) {
    findings.warning(`${service.type}.environment-declared`, {
      title: `${service.name} does not declare ${undeclared.map(({ key }) => key).join(", ")}`,
      why: "a value set in the dashboard would hold and nobody would see it here",
      fix: undeclared.map((variable) => `{ key: ${variable.key}, value: "${sampleOf(variable)}" }`).join(" "),
      at: ["services", index, "envVars"],
    });
  }
  if (findings.list.length === before) {
    findings.pass(
      `${service.type}.environment`,
      `${service.name} has every variable of the service, each of its type`,
    );
  }
}

function checkVariable(
  findings: Findings,
  service: ServerService,
  variable: ContractVariable,
  declared: DeclaredVariable,
): void {
  const value = literalValue(declared);
  if (value === undefined) return;
  if (variable.secret) {
    findings.failure(`${service.type}.secret`, {
      title: `${variable.key} of ${service.name} stands in the file in plain`,
      why: "everybody who can read the repository could use the service",
      fix: `{ key: ${variable.key}, generateValue: true }`,
      at: declared.path,
    });
    return;
  }
  const reason = whyNot(value, variable.type);
  if (reason !== undefined) {
    findings.failure(`${service.type}.environment`, {
      title: `${variable.key} of ${service.name} is ${JSON.stringify(value)}; it must be ${reason}`,
      why: "the service stops at its start when a variable does not parse",
      fix: `value: "${sampleOf(variable)}"`,
      at: declared.path,
    });
  } else if (variable.key === "HOST" && loopback.test(value)) {
    findings.failure(`${service.type}.environment`, {
      title: `${service.name} listens on ${value} only`,
      why: "Render reaches it from outside: the health check would never pass",
      fix: 'value: "0.0.0.0"',
      at: declared.path,
    });
  } else if (variable.key === "SHAP_ALLOW_FALLBACK_MODEL" && value === "true") {
    findings.warning(`${service.type}.fallback-model`, {
      title: `${service.name} may serve the bundled sample model`,
      why: "a model that does not load would be replaced by the sample, and its answers mean nothing to your users",
      fix: 'once SHAP_MODEL_DIR holds your model: { key: SHAP_ALLOW_FALLBACK_MODEL, value: "false" }',
      at: declared.path,
    });
  }
}

function checkRedis(
  findings: Findings,
  { roles }: BlueprintSubject,
  service: ServerService,
  index: number,
  declared: DeclaredVariable | undefined,
): void {
  const store = roles.keyValue?.service.name ?? "shap-queue";
  const fix = `{ key: REDIS_URL, fromService: { type: keyvalue, name: ${store}, property: connectionString } }`;
  const id = `${service.type}.redis`;
  if (declared === undefined) {
    findings.failure(id, {
      title: `${service.name} has no REDIS_URL`,
      why: "without it the process runs a queue of its own, and web and worker never meet",
      fix,
      at: ["services", index, "envVars"],
    });
    return;
  }
  const { variable } = declared;
  if ("value" in variable) {
    findings.failure(id, {
      title: `REDIS_URL of ${service.name} stands in the file`,
      why: "an address may hold a password, and is wrong as soon as Key Value is made anew",
      fix,
      at: declared.path,
    });
  } else if ("fromService" in variable && variable.fromService.name !== store) {
    findings.failure(id, {
      title: `${service.name} takes REDIS_URL from ${variable.fromService.name}, not from ${store}`,
      why: "web and worker must share one queue",
      fix,
      at: declared.path,
    });
  } else if ("fromService" in variable && variable.fromService.property !== "connectionString") {
    findings.failure(id, {
      title: `REDIS_URL of ${service.name} is the ${variable.fromService.property ?? "variable"} of ${store}`,
      why: "the service needs a whole address",
      fix,
      at: declared.path,
    });
  }
}

function checkKeys(
  findings: Findings,
  service: ServerService,
  index: number,
  environment: Map<string, DeclaredVariable>,
): void {
  if (environment.has("SHAP_API_KEY") || environment.has("SHAP_API_KEYS")) return;
  findings.failure("web.keys", {
    title: `${service.name} has no API key`,
    why: "without any key the service listens on loopback only, and Render cannot reach it",
    fix: "{ key: SHAP_API_KEY, generateValue: true }",
    at: ["services", index, "envVars"],
  });
}

function checkUnknown(
  findings: Findings,
  service: ServerService,
  environment: Map<string, DeclaredVariable>,
): void {
  const known = new Set(contractVariables.map(({ key }) => key));
  for (const [key, { path }] of environment) {
    if (known.has(key) || !ourPrefixes.test(key)) continue;
    findings.warning(`${service.type}.unknown-variable`, {
      title: `${service.name} sets ${key}, which the service does not read`,
      why: "a misspelt name silently leaves the default in place",
      fix: "correct the name, or take it out",
      at: path,
    });
  }
}
