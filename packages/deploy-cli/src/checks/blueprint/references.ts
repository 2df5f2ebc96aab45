import type { BlueprintSubject } from "./check-blueprint.js";

/** Names used twice, references to what is not there, and references that each stamp would break. */
export function checkReferences({ blueprint, roles, findings }: BlueprintSubject): void {
  const before = findings.list.length;
  const names = new Set<string>();
  for (const [index, { name }] of blueprint.services.entries()) {
    if (names.has(name)) {
      findings.failure("names", {
        title: `the name ${name} is used twice`,
        why: "a name is the identity of a service: one of the two would be lost",
        fix: "give each service its own name",
        at: ["services", index, "name"],
      });
    }
    names.add(name);
  }
  const groups = new Set((blueprint.envVarGroups ?? []).map((group) => group.name));
  for (const [index, service] of blueprint.services.entries()) {
    if (!("envVars" in service)) continue;
    for (const [position, variable] of (service.envVars ?? []).entries()) {
      const at = ["services", index, "envVars", position];
      if ("fromGroup" in variable && !groups.has(variable.fromGroup)) {
        findings.failure("references", {
          title: `${service.name} takes variables from the group ${variable.fromGroup}, which is not in this file`,
          why: "the sync fails when a reference leads nowhere",
          fix: `add the group under envVarGroups, or take the line out`,
          at,
        });
      }
      if (!("fromService" in variable)) continue;
      const { name, type, property, envVarKey } = variable.fromService;
      const target = blueprint.services.find((other) => other.name === name);
      if (!target) {
        findings.failure("references", {
          title: `${variable.key} of ${service.name} comes from the service ${name}, which is not in this file`,
          why: "the sync fails when a reference leads nowhere",
          fix: "name a service of this file",
          at,
        });
      } else if (name === roles.worker?.service.name) {
        findings.failure("references", {
          title: `${variable.key} of ${service.name} comes from the worker ${name}`,
          why: "the worker gets a fresh name at each deploy, so the reference would lead nowhere",
          fix: "move the value to an environment group and refer to that",
          at,
        });
      } else if (target.type !== type && !(isStore(target.type) && isStore(type))) {
        findings.failure("references", {
          title: `${variable.key} of ${service.name} names ${name} as ${type}, but it is ${target.type}`,
          why: "the sync fails when a reference leads nowhere",
          fix: `write type: ${target.type}`,
          at,
        });
      }
      if ((property === undefined) === (envVarKey === undefined)) {
        findings.failure("references", {
          title: `${variable.key} of ${service.name} needs either property or envVarKey`,
          why: "Render accepts exactly one of them",
          fix: isStore(type) ? "write property: connectionString" : "keep one of the two",
          at,
        });
      }
    }
  }
  if (findings.list.length === before)
    findings.pass("references", "names are unique and every reference leads somewhere");
}

function isStore(type: string): boolean {
  return type === "keyvalue" || type === "redis";
}
