import { createExplainer, type Explainer } from "shap-core";
import type { JobModel, JobOptions } from "../job.js";
import type { Settings } from "../settings/settings.js";
import type { ModelStore } from "../store/model-store.js";
import { bundledModel } from "./bundled-model.js";
import { ExplainerCache } from "./explainer-cache.js";
import { explainerOptions } from "./explainer-options.js";
import { listedAs, type ServedModel, summaryOf } from "./model-file.js";
import { type ModelFolder, readModelFolder } from "./model-folder.js";
import type { ListedModel } from "./model-summary.js";
import { UploadedModels } from "./uploaded-models.js";

/**
 * The models this process serves, and their compiled explainers. Under one name an upload comes before a file of the
 * model folder; the bundled example is served only while there is neither, and where that is allowed.
 */
export class ModelCatalogue {
  readonly explainers = new ExplainerCache();
  readonly broken: ModelFolder["broken"];
  private readonly files: ReadonlyMap<string, ServedModel>;
  private readonly listedFiles: readonly ListedModel[];
  private uploads: UploadedModels | undefined;
  private example: ServedModel | undefined;

  /** There are no uploaded models until it is told of a store. */
  constructor(
    folder: ModelFolder,
    private readonly allowExample: boolean,
  ) {
    this.broken = folder.broken;
    this.files = new Map(folder.models.map((model) => [model.name, model]));
    this.listedFiles = folder.models.map((model) => listedAs(summaryOf(model), "file"));
  }

  /** Looks uploaded models up in the store when a job needs them. */
  use(store: ModelStore): UploadedModels {
    this.uploads = new UploadedModels(store, (key) => this.explainers.remove(`${key}/`));
    return this.uploads;
  }

  /** Knows uploaded models beforehand too, and hears of their changes until `close`. */
  async follow(store: ModelStore): Promise<void> {
    await this.use(store).follow();
  }

  /** Sees what was changed just now, which is told of a moment later else. */
  async look(): Promise<void> {
    await this.uploads?.look();
  }

  close(): void {
    this.uploads?.close();
  }

  list(): ListedModel[] {
    const example = this.fallback();
    if (example !== undefined) return [listedAs(summaryOf(example), "example")];
    const uploads = this.uploads?.list() ?? [];
    const shadowed = new Set(uploads.map((upload) => upload.name));
    return [
      ...this.listedFiles.filter(({ name }) => !shadowed.has(name)),
      ...uploads.map(({ uploadedAt: _, ...summary }) => listedAs(summary, "upload")),
    ].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The file of the model folder that has this name, whether an upload shadows it or not. */
  file(name: string): ServedModel | undefined {
    return this.files.get(name);
  }

  /**
   * The model that is served under a name. A name this process has not heard of is looked up in the store: another
   * instance may have taken it in a moment ago.
   * @throws StoreUnavailableError where the store is needed and away
   */
  async get(name: string): Promise<ServedModel | undefined> {
    if (this.uploads?.knows(name) !== true) {
      const own = this.files.get(name) ?? this.fallback();
      if (own?.name === name) return own;
    }
    return this.uploads?.get(name);
  }

  /** The model that is served when a request names none: the only one. */
  async only(): Promise<ServedModel | undefined> {
    const [first, second] = this.list();
    return first === undefined || second !== undefined ? undefined : this.get(first.name);
  }

  /** The very model a job was submitted for: the same file and the same background, current or not. */
  async ofJob({ name, version, backgroundVersion, fallback }: JobModel): Promise<ServedModel | undefined> {
    const isIt = (model: ServedModel | undefined): boolean =>
      model?.version === version && model.backgroundVersion === backgroundVersion;
    const file = [...this.files.values()].find(isIt);
    if (file !== undefined) return file;
    // Jobs of an earlier generation do not say whether they are for the example.
    const own = fallback === false ? undefined : this.bundled();
    return isIt(own) ? own : this.uploads?.version(name, version, backgroundVersion);
  }

  /** Compiled explainers are made again when they are next asked for. */
  dropExplainers(): void {
    this.explainers.clear();
  }

  /** What parsed uploads take, for metrics. */
  get uploadBytes(): number {
    return this.uploads?.bytes ?? 0;
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

  /** The example, while there is neither a file nor an upload. */
  private fallback(): ServedModel | undefined {
    const isAlone = this.files.size === 0 && (this.uploads?.list().length ?? 0) === 0;
    return isAlone ? this.bundled() : undefined;
  }

  /** Read when it is first needed. A job submitted for it is explained though it has stepped back since. */
  private bundled(): ServedModel | undefined {
    if (!this.allowExample) return undefined;
    this.example ??= bundledModel();
    return this.example;
  }
}

/**
 * The models of SHAP_MODEL_DIR; the bundled example where there is none and that is allowed.
 * @throws ModelFolderError
 */
export function openCatalogue(
  settings: Pick<Settings, "modelDir" | "modelDirIsGiven" | "allowFallbackModel">,
): ModelCatalogue {
  const folder = readModelFolder(settings.modelDir, settings.modelDirIsGiven);
  return new ModelCatalogue(folder, settings.allowFallbackModel);
}
