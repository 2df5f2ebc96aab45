import type { Path } from "./read-blueprint.js";
import type { Blueprint, BlueprintVariable, ServerService } from "./schema.js";

/** A variable that a service gets, from its own list or from a group, with its place in the file. */
export interface DeclaredVariable {
  variable: Exclude<BlueprintVariable, { fromGroup: string }>;
  path: Path;
}

/** The variables of a service by name. Its own stand before those of its groups, as on Render. */
export function serviceEnvironment(
  blueprint: Blueprint,
  service: ServerService,
  index: number,
): Map<string, DeclaredVariable> {
  const declared = new Map<string, DeclaredVariable>();
  const groups: { name: string }[] = [];
  for (const [position, variable] of (service.envVars ?? []).entries()) {
    if ("fromGroup" in variable) groups.push({ name: variable.fromGroup });
    else declared.set(variable.key, { variable, path: ["services", index, "envVars", position] });
  }
  for (const { name } of groups) {
    const groupIndex = (blueprint.envVarGroups ?? []).findIndex((group) => group.name === name);
    for (const [position, variable] of (blueprint.envVarGroups?.[groupIndex]?.envVars ?? []).entries()) {
      if (declared.has(variable.key)) continue;
      declared.set(variable.key, { variable, path: ["envVarGroups", groupIndex, "envVars", position] });
    }
  }
  return declared;
}

/** The value that stands in the file, or undefined when Render makes it or takes it from elsewhere. */
export function literalValue(declared: DeclaredVariable | undefined): string | undefined {
  const variable = declared?.variable;
  return variable && "value" in variable ? String(variable.value) : undefined;
}
