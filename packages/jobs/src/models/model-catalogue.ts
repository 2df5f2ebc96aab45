import { createExplainer, type Explainer } from "shap-core";
import type { JobModel, JobOptions } from "../job.js";
import type { Settings } from "../settings/settings.js";
import { bundledModel } from "./bundled-model.js";
import { ExplainerCache } from "./explainer-cache.js";
import { explainerOptions } from "./explainer-options.js";
import type { BrokenModel, ServedModel } from "./model-file.js";
import { readModelFolder } from "./model-folder.js";

/** The models this process serves, and their compiled explainers. */
export class ModelCatalogue {
  private readonly byName = new Map<string, ServedModel>();
  readonly explainers = new ExplainerCache();

  constructor(
    models: readonly ServedModel[],
    readonly broken: readonly BrokenModel[] = [],
  ) {
    for (const model of models) this.byName.set(model.name, model);
  }

  list(): ServedModel[] {
    return [...this.byName.values()];
  }

  get(name: string): ServedModel | undefined {
    return this.byName.get(name);
  }

  /** The model that is served when a request names none: the only one. */
  only(): ServedModel | undefined {
    return this.byName.size === 1 ? this.list()[0] : undefined;
  }

  /** The very model a job was submitted for: the same file and the same background. */
  ofJob({ version, backgroundVersion }: JobModel): ServedModel | undefined {
    return this.list().find(
      (model) => model.version === version && model.backgroundVersion === backgroundVersion,
    );
  }

  /** Compiled explainers are made again when they are next asked for. */
  dropExplainers(): void {
    this.explainers.clear();
  }

  /**
   * Compiled once a model version and choice of options, and kept under a byte budget.
   * @throws UnsupportedModelError where the model cannot be explained so
   */
  explainer(served: ServedModel, options: JobOptions): Explainer {
    const chosen = explainerOptions(served, options);
    const key = `${served.version}/${served.backgroundVersion}/${chosen.perturbation}/${chosen.output}`;
    return this.explainers.get(key, () => createExplainer(served.model, chosen));
  }
}

/**
 * The models of SHAP_MODEL_DIR; the bundled example where there is none and that is allowed.
 * @throws ModelFolderError
 */
export function openCatalogue(
  settings: Pick<Settings, "modelDir" | "modelDirIsGiven" | "allowFallbackModel">,
): ModelCatalogue {
  const { models, broken } = readModelFolder(settings.modelDir, settings.modelDirIsGiven);
  const served = models.length === 0 && settings.allowFallbackModel ? [bundledModel()] : models;
  return new ModelCatalogue(served, broken);
}
