import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import { type Blueprint, blueprintSchema, isKeyValue } from "./schema.js";

/** One thing wrong with a Blueprint, where it is, in the shape of Render's validation endpoint. */
export interface BlueprintProblem {
  error: string;
  path?: string;
  line?: number;
  column?: number;
}

export type BlueprintReading =
  | { valid: true; blueprint: Blueprint }
  | { valid: false; problems: BlueprintProblem[] };

/** Reads the text of a render.yaml: its syntax, its fields, and the references between its services. */
export function readBlueprint(text: string): BlueprintReading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      error: error.message.split("\n")[0],
      ...position(lines, error.pos[0]),
    }));
    return { valid: false, problems };
  }
  const parsed = blueprintSchema.safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => at(document, lines, issue.path, issue.message));
    return { valid: false, problems };
  }
  const problems = contradictions(parsed.data).map(({ path, error }) => at(document, lines, path, error));
  return problems.length > 0 ? { valid: false, problems } : { valid: true, blueprint: parsed.data };
}

/** `services[0].plan: one of ... (line 4)` */
export function formatProblem({ path, error, line }: BlueprintProblem): string {
  return `${path ? `${path}: ` : ""}${error}${line ? ` (line ${line})` : ""}`;
}

/** What each field alone cannot show: names used twice, references to what is not there. */
function contradictions(blueprint: Blueprint): { path: PropertyKey[]; error: string }[] {
  const found: { path: PropertyKey[]; error: string }[] = [];
  const groups = new Set(blueprint.envVarGroups.map((group) => group.name));
  const names = new Set<string>();
  for (const [index, entry] of blueprint.services.entries()) {
    const path = ["services", index];
    if (names.has(entry.name)) found.push({ path, error: `the name ${entry.name} is used twice` });
    names.add(entry.name);
    if (isKeyValue(entry)) continue;
    if (entry.type === "worker" && entry.plan === "free") {
      found.push({ path: [...path, "plan"], error: "a worker has no free plan; use starter" });
    }
    for (const [position, variable] of entry.envVars.entries()) {
      const place = [...path, "envVars", position];
      if ("fromGroup" in variable && !groups.has(variable.fromGroup)) {
        found.push({ path: place, error: `there is no environment group ${variable.fromGroup}` });
      }
      if ("fromService" in variable) {
        const { type, property } = variable.fromService;
        const isStore = type === "keyvalue" || type === "redis";
        if (type === "worker" && property !== undefined) {
          found.push({ path: place, error: "a worker takes no connections, so it has no host or port" });
        }
        if (!isStore && property === "connectionString") {
          found.push({ path: place, error: "connectionString is a property of Key Value only" });
        }
        if (isStore && property === undefined) {
          found.push({ path: place, error: "a Key Value instance has properties, but no variables" });
        }
      }
    }
  }
  return found;
}

function at(document: Document, lines: LineCounter, path: PropertyKey[], error: string): BlueprintProblem {
  const keys = path.map((key) => (typeof key === "symbol" ? String(key) : key));
  const place = { path: formatPath(keys), error };
  // A missing field has no node: the nearest node that is there says where to add it.
  for (let length = keys.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(keys.slice(0, length), true);
    if (isNode(node) && node.range) return { ...place, ...position(lines, node.range[0]) };
  }
  return place;
}

function formatPath(keys: (string | number)[]): string {
  return keys
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`))
    .join("")
    .replace(/^\./, "");
}

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}
