import { RenderLocalError } from "../errors.js";
import type { Commit } from "../git/remote.js";
import type { KeyValueSettings } from "../key-value/key-value.js";
import { keyValuePlan } from "../plans.js";
import type { Service } from "../service/service.js";
import { changedSettings, type ServiceSettings, serviceType, settingsOf } from "../service/settings.js";
import type { Workspace } from "../workspace/workspace.js";
import { applyGroup, applyReferences, applyValues } from "./apply-variables.js";
import { type Blueprint, type BlueprintKeyValue, type BlueprintServer, isKeyValue } from "./schema.js";

export interface ApplyOptions {
  /** The Blueprint's branch. */
  branch: string;
  /** Values for variables with `sync: false`, by key; asked for once, when a service is created. */
  secrets: Record<string, string>;
  /** Whether the workspace has payment information; without it only free plans can be created. */
  payment: boolean;
}

export interface AppliedBlueprint {
  /** Services that have to be deployed because of this Blueprint: new ones and changed ones. */
  changed: Set<Service>;
  resources: { id: string; name: string; type: string }[];
}

// These take effect without new instances.
const withoutDeploy = new Set<keyof ServiceSettings>(["autoDeployTrigger", "buildFilter", "numInstances"]);

/**
 * Creates what is not there by name and updates what is. Nothing is ever deleted or renamed: a service that got a new
 * name in the file is created anew, and the old one goes on running.
 *
 * @throws RenderLocalError when a reference cannot be resolved or a fixed field would change; nothing is changed then
 */
export async function applyBlueprint(
  workspace: Workspace,
  blueprint: Blueprint,
  options: ApplyOptions,
): Promise<AppliedBlueprint> {
  const problems = conflicts(workspace, blueprint, options);
  if (problems.length > 0) throw new RenderLocalError(problems.join("\n"));

  const touched = new Set<string>();
  for (const group of blueprint.envVarGroups) {
    if (applyGroup(workspace.group(group.name), group)) touched.add(group.name);
  }
  const resources: AppliedBlueprint["resources"] = [];
  for (const group of blueprint.envVarGroups) {
    resources.push({ id: workspace.group(group.name).id, name: group.name, type: "environment_group" });
  }
  for (const entry of blueprint.services.filter(isKeyValue)) {
    const { id, name } = await applyKeyValue(workspace, entry);
    resources.push({ id, name, type: "key_value" });
  }

  const changed = new Set<Service>();
  const servers = blueprint.services.filter((entry): entry is BlueprintServer => !isKeyValue(entry));
  const created = new Set<Service>();
  for (const entry of servers) {
    const before = workspace.serviceNamed(entry.name);
    const service = before ?? (await createService(workspace, entry, options));
    if (!before) created.add(service);
    if (before && updateSettings(before, settingsOf(entry, options.branch))) changed.add(before);
    resources.push({ id: service.id, name: service.name, type: service.type });
  }
  for (const entry of servers) {
    const service = workspace.serviceNamed(entry.name) as Service;
    const secrets = created.has(service) ? options.secrets : {};
    const hasNewValues = applyValues(workspace, service, entry.envVars, secrets);
    const groupChanged = [...service.groups.keys()].some((name) => touched.has(name));
    if (created.has(service) || hasNewValues || groupChanged) changed.add(service);
  }
  // A reference may lead to another one: each round brings values one step further.
  for (let round = 0; round < servers.length; round += 1) {
    for (const entry of servers) {
      const service = workspace.serviceNamed(entry.name) as Service;
      if (applyReferences(workspace, service, entry.envVars)) changed.add(service);
    }
  }
  return { changed, resources };
}

/** The names of what a Blueprint would create, as `POST /blueprints/validate` tells them. */
export function plannedCreations(workspace: Workspace, blueprint: Blueprint) {
  const missing = (name: string): boolean => !workspace.serviceNamed(name) && !workspace.keyValueNamed(name);
  const services = blueprint.services.filter((entry) => !isKeyValue(entry)).map((entry) => entry.name);
  const stores = blueprint.services.filter(isKeyValue).map((entry) => entry.name);
  const groups = blueprint.envVarGroups.map((group) => group.name);
  const plan = {
    services: services.filter(missing),
    databases: [] as string[],
    keyValue: stores.filter(missing),
    envGroups: groups.filter((name) => !workspace.groups.has(name)),
  };
  return { ...plan, totalActions: plan.services.length + plan.keyValue.length + plan.envGroups.length };
}

/** What the file asks of the workspace and cannot have. */
export function conflicts(
  workspace: Workspace,
  blueprint: Blueprint,
  options: Pick<ApplyOptions, "payment">,
): string[] {
  const found: string[] = [];
  const inFile = new Map(blueprint.services.map((entry) => [entry.name, entry]));
  for (const entry of blueprint.services) {
    const service = workspace.serviceNamed(entry.name);
    const store = workspace.keyValueNamed(entry.name);
    const type = isKeyValue(entry) ? "key_value" : serviceType(entry.type);
    const existingType = service?.type ?? (store ? "key_value" : undefined);
    if (existingType && existingType !== type) {
      found.push(`${entry.name}: its type is ${existingType} and cannot become ${type}; use another name`);
    }
    const region = service?.settings.region ?? store?.settings.region;
    if (region && region !== entry.region) {
      found.push(
        `${entry.name}: its region is ${region} and cannot become ${entry.region}; use another name`,
      );
    }
    if (!existingType && !options.payment && entry.plan !== "free") {
      found.push(`${entry.name}: payment information is required for the plan ${entry.plan} (402)`);
    }
    if (isKeyValue(entry)) continue;
    for (const variable of entry.envVars) {
      if (!("fromService" in variable)) continue;
      const { name, type: wanted, envVarKey } = variable.fromService;
      const target = inFile.get(name);
      const isStore = wanted === "keyvalue" || wanted === "redis";
      const existing = isStore ? workspace.keyValueNamed(name) : workspace.serviceNamed(name);
      if (!target && !existing) {
        found.push(`${entry.name}: ${variable.key} refers to ${name}, and there is no such service`);
      } else if (target && isStore !== isKeyValue(target)) {
        found.push(`${entry.name}: ${variable.key} refers to ${name} as ${wanted}, but it is ${target.type}`);
      } else if (envVarKey && target && !isKeyValue(target) && !hasVariable(target, envVarKey, blueprint)) {
        if (!workspace.serviceNamed(name)?.effectiveVariables.has(envVarKey)) {
          found.push(
            `${entry.name}: ${variable.key} refers to ${envVarKey} of ${name}, which has no such variable`,
          );
        }
      }
    }
  }
  return found;
}

function hasVariable(entry: BlueprintServer, key: string, blueprint: Blueprint): boolean {
  return entry.envVars.some((variable) => {
    if ("key" in variable) return variable.key === key;
    const group = blueprint.envVarGroups.find(({ name }) => name === variable.fromGroup);
    return group?.envVars.some((member) => member.key === key) ?? false;
  });
}

async function createService(
  workspace: Workspace,
  entry: BlueprintServer,
  options: ApplyOptions,
): Promise<Service> {
  const settings = settingsOf(entry, options.branch);
  return await workspace.createService({ name: entry.name, type: serviceType(entry.type), settings });
}

/** @returns whether the change needs a deploy */
function updateSettings(service: Service, settings: ServiceSettings): boolean {
  const names = changedSettings(service.settings, settings);
  if (names.length === 0) return false;
  const before = service.settings;
  if (names.includes("plan")) {
    const details = { from: before.plan.apiName, to: settings.plan.apiName };
    service.platform.events.record(service.id, "plan_changed", details);
  }
  service.settings = { ...settings, numInstances: before.numInstances };
  service.touch();
  if (names.includes("numInstances")) service.scale(settings.numInstances);
  return names.some((name) => !withoutDeploy.has(name));
}

async function applyKeyValue(workspace: Workspace, entry: BlueprintKeyValue) {
  const settings: KeyValueSettings = {
    name: entry.name,
    plan: keyValuePlan(entry.plan) as KeyValueSettings["plan"],
    region: entry.region,
    maxmemoryPolicy: entry.maxmemoryPolicy,
    persistence: entry.persistenceMode,
    ipAllowList: entry.ipAllowList.map(({ source, description }) => ({ cidrBlock: source, description })),
  };
  const before = workspace.keyValueNamed(entry.name);
  if (!before) return await workspace.createKeyValue(settings);
  await before.update(settings);
  return before;
}

/** Whether a push that changed `paths` deploys a service: its root folder and its build filter decide. */
export function buildFilterMatches(settings: ServiceSettings, paths: string[]): boolean {
  const { buildFilter, rootDir } = settings;
  const inRoot = (path: string): boolean =>
    rootDir === "" || path.startsWith(`${rootDir.replace(/\/$/, "")}/`);
  if (!buildFilter) return paths.some(inRoot);
  const included = (path: string): boolean =>
    buildFilter.paths.length === 0 ? inRoot(path) : buildFilter.paths.some((glob) => matchesGlob(path, glob));
  const ignored = (path: string): boolean => buildFilter.ignoredPaths.some((glob) => matchesGlob(path, glob));
  return paths.some((path) => included(path) && !ignored(path));
}

/** `**` stands for any folders, `*` for any characters but a slash, `?` for one. */
function matchesGlob(path: string, glob: string): boolean {
  const pattern = glob.replace(/^\.?\//, "").replace(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : `\\${part}`;
  });
  return new RegExp(`^${pattern}$`).test(path);
}

/** Render's ways to say in a commit message that it is not to be deployed. */
export function skipsDeploy(commit: Commit): boolean {
  return /\[(skip (render|deploy|cd)|(render|deploy|cd) skip)\]/i.test(commit.message);
}
