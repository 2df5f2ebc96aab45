import { BlueprintText } from "../../blueprint/read-blueprint.js";
import { findRoles, type Roles } from "../../blueprint/roles.js";
import type { Blueprint } from "../../blueprint/schema.js";
import { type Finding, Findings } from "../finding.js";
import { checkEnvironment } from "./environment.js";
import { checkKeyValue } from "./key-value.js";
import { checkMemory } from "./memory.js";
import { checkReferences } from "./references.js";
import { checkRegions } from "./regions.js";
import { checkServer } from "./server.js";

/** What one rule about render.yaml sees. */
export interface BlueprintSubject {
  blueprint: Blueprint;
  roles: Roles;
  findings: Findings;
}

/**
 * Everything that render.yaml shows by itself.
 *
 * @param text the file's content
 * @param file its name, for the findings
 */
export function checkBlueprint(
  text: string,
  file: string,
): { findings: Finding[]; blueprint?: Blueprint; roles?: Roles } {
  const source = new BlueprintText(text);
  const findings = new Findings("blueprint", file, (path) => source.placeOf(path));
  const reading = source.read();
  if ("problems" in reading) {
    for (const { path, message, place } of reading.problems) {
      findings.list.push({
        id: path === undefined ? "blueprint.syntax" : "blueprint.schema",
        level: "failure",
        title: path ? `${path}: ${message}` : message,
        why: "Render would refuse the whole file, and nothing would be deployed",
        file,
        ...(place ? { place } : {}),
      });
    }
    return { findings: findings.list };
  }
  const { blueprint } = reading;
  findings.pass("schema", `${blueprint.services.length} services, every field one that Render knows`);
  const roles = findRoles(blueprint);
  for (const { role, message, fix } of roles.problems) {
    findings.failure("services", {
      title: message,
      why: `the system needs its ${role}`,
      fix,
      at: ["services"],
    });
  }
  const subject = { blueprint, roles, findings };
  checkReferences(subject);
  for (const placed of [roles.web, roles.worker]) {
    if (!placed) continue;
    checkServer(subject, placed);
    checkEnvironment(subject, placed);
    checkMemory(subject, placed);
  }
  if (roles.keyValue) checkKeyValue(subject, roles.keyValue);
  checkRegions(subject);
  return { findings: onceEach(findings.list), blueprint, roles };
}

/** A line that web and worker share (in a group) is complained about once. */
function onceEach(findings: Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ level, place, why, fix }) => {
    if (level === "pass" || place === undefined) return true;
    const key = JSON.stringify([place, why, fix]);
    return !seen.has(key) && seen.add(key);
  });
}
