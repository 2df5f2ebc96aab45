import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { literalValue, serviceEnvironment } from "../blueprint/service-environment.js";
import type { LocalSystem } from "./open-system.js";

const noModel = /\.(csv|md|py|ipynb|parquet|arrow)$|^\./i;
/** What the service serves when it has no model and may. */
export const sampleModel = "examples/mortgage/model.json";

/** The folder of SHAP_MODEL_DIR, in this repository. */
export function modelFolder({ blueprint, roles: { web }, repository }: LocalSystem): string {
  const environment = serviceEnvironment(blueprint, web.service, web.index);
  return join(repository.folder, literalValue(environment.get("SHAP_MODEL_DIR")) ?? "models");
}

/** Whether the sample may be served in production. */
export function allowsSample({ blueprint, roles: { web } }: LocalSystem): boolean {
  const environment = serviceEnvironment(blueprint, web.service, web.index);
  return ["true", "1", "yes"].includes(literalValue(environment.get("SHAP_ALLOW_FALLBACK_MODEL")) ?? "false");
}

/** The model files of the folder, by the service's own rules; none where there is no folder. */
export async function listModelFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && !noModel.test(entry.name))
    .map((entry) => join(folder, entry.name))
    .sort();
}
