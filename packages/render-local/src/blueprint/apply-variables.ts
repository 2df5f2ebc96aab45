import { type EnvironmentGroup, generateValue } from "../service/environment.js";
import type { Service } from "../service/service.js";
import type { Workspace } from "../workspace/workspace.js";
import type { BlueprintEnvVar, BlueprintGroup } from "./schema.js";

type ServiceReference = Extract<BlueprintEnvVar, { fromService: unknown }>["fromService"];

/** @returns whether a value of the group changed */
export function applyGroup(group: EnvironmentGroup, entry: BlueprintGroup): boolean {
  let changed = false;
  for (const variable of entry.envVars) {
    const before = group.variables.get(variable.key);
    const value = "value" in variable ? variable.value : (before ?? generateValue());
    if (before !== value) changed = true;
    group.variables.set(variable.key, value);
  }
  return changed;
}

/**
 * Sets a service's variables as its Blueprint says, but for references. Variables the file does not name stay as they
 * are; generated values are made once; a `sync: false` variable takes its value from `secrets`, where there is one.
 *
 * @returns whether a value changed
 */
export function applyValues(
  workspace: Workspace,
  service: Service,
  entries: BlueprintEnvVar[],
  secrets: Record<string, string>,
): boolean {
  let changed = false;
  for (const entry of entries) {
    if ("fromGroup" in entry) {
      if (!service.groups.has(entry.fromGroup)) changed = true;
      service.groups.set(entry.fromGroup, workspace.group(entry.fromGroup));
    } else if ("value" in entry) {
      changed = set(service, entry.key, entry.value) || changed;
    } else if ("generateValue" in entry) {
      if (!service.variables.has(entry.key)) changed = set(service, entry.key, generateValue());
    } else if ("sync" in entry) {
      changed = set(service, entry.key, secrets[entry.key]) || changed;
    }
  }
  return changed;
}

/**
 * Sets the variables that refer to another service, which may be a reference itself: to be repeated until it changes
 * nothing more.
 *
 * @returns whether a value changed
 */
export function applyReferences(workspace: Workspace, service: Service, entries: BlueprintEnvVar[]): boolean {
  let changed = false;
  for (const entry of entries) {
    if (!("fromService" in entry)) continue;
    changed = set(service, entry.key, resolve(workspace, entry.fromService)) || changed;
  }
  return changed;
}

function set(service: Service, key: string, value: string | undefined): boolean {
  if (value === undefined || service.variables.get(key) === value) return false;
  service.variables.set(key, value);
  return true;
}

function resolve(workspace: Workspace, reference: ServiceReference): string | undefined {
  const { name, property, envVarKey } = reference;
  const store = workspace.keyValueNamed(name);
  const address = store ? { host: "127.0.0.1", port: store.port } : workspace.serviceNamed(name)?.address;
  if (envVarKey !== undefined) return workspace.serviceNamed(name)?.effectiveVariables.get(envVarKey);
  if (property === "connectionString") return store?.connectionString;
  if (!address) return undefined;
  if (property === "host") return address.host;
  return property === "port" ? String(address.port) : `${address.host}:${address.port}`;
}
