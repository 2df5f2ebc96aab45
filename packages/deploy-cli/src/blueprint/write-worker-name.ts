import { parseDocument } from "yaml";
import { usageError } from "../errors.js";
import { BlueprintText, type Path } from "./read-blueprint.js";
import { findRoles } from "./roles.js";

/**
 * The text of a render.yaml with another name for the worker's service. Only the characters of that one scalar
 * change: comments, quotes, spacing, line ends and everything else stay as they are.
 *
 * @throws a usage error where the file is not valid, has no clear worker, or the name is no scalar of its own
 */
export function writeWorkerName(text: string, name: string): string {
  const source = new BlueprintText(text);
  const reading = source.read();
  if ("problems" in reading) {
    throw usageError(
      `the Blueprint is not valid: ${reading.problems[0].message}`,
      "blueprint_invalid",
      "shap-deploy check",
    );
  }
  const { worker, problems } = findRoles(reading.blueprint);
  if (!worker) {
    const problem = problems.find(({ role }) => role === "worker");
    throw usageError(problem?.message ?? "the Blueprint has no worker", "blueprint_worker", problem?.fix);
  }
  const path: Path = ["services", worker.index, "name"];
  const scalar = source.scalarAt(path);
  if (!scalar?.range || scalar.anchor !== undefined) {
    throw usageError(
      "the worker's name in the Blueprint stands behind a YAML anchor or alias, so it cannot be changed alone",
      "blueprint_alias",
      `write it out: name: ${worker.service.name}`,
    );
  }
  const [from, to] = scalar.range;
  const before = text.slice(from, to);
  const quote = before.startsWith('"') ? '"' : before.startsWith("'") ? "'" : "";
  const changed = `${text.slice(0, from)}${quote}${name}${quote}${text.slice(to)}`;
  assertOnlyNameChanged(text, changed, path, name);
  return changed;
}

/** A second look by the parser: the edit by places must mean the edit by path. */
function assertOnlyNameChanged(before: string, after: string, path: Path, name: string): void {
  const expected = parseDocument(before);
  expected.setIn(path, name);
  const found = parseDocument(after);
  if (found.errors.length > 0 || JSON.stringify(found.toJS()) !== JSON.stringify(expected.toJS())) {
    throw usageError(
      "the worker's name cannot be changed alone in this file",
      "blueprint_edit",
      "write it on a line of its own: name: ...",
    );
  }
}
