import { readdirSync, readFileSync } from "node:fs";
import { join, parse } from "node:path";
import { brokenReason } from "./broken-reason.js";
import { type BrokenModel, isModelName, parseModel, type ServedModel } from "./model-file.js";

export interface ModelFolder {
  readonly models: readonly ServedModel[];
  readonly broken: readonly BrokenModel[];
}

/** A model folder that cannot be read at all: the start stops. */
export class ModelFolderError extends Error {
  override readonly name = "ModelFolderError";
}

/** Files beside models that are none: notes, tables, scripts. */
const noModel = new Set([".csv", ".md", ".py", ".ipynb", ".gitkeep", ".parquet", ".arrow"]);

/** Where uploads are kept inside the model folder when there is no Redis. It begins with a dot, so it is passed over. */
export const uploadFolder = (folder: string): string => join(folder, ".uploads");

/**
 * The models of a folder, each named by its file without the extension; `<name>.background.csv` beside it holds rows
 * to compare with. A file that does not load is listed as
 * broken and does not keep the others from being served. Folders and files that begin with a dot are passed over.
 * @throws ModelFolderError where the folder cannot be read; a folder that is absent and need not be there is empty
 */
export function readModelFolder(folder: string, mustExist: boolean): ModelFolder {
  const models: ServedModel[] = [];
  const broken: BrokenModel[] = [];
  for (const file of listFiles(folder, mustExist)) {
    const { name, ext } = parse(file);
    if (noModel.has(ext.toLowerCase())) continue;
    if (!isModelName(name)) {
      broken.push({ name, file, reason: "a model's name may hold letters, digits, '.', '_' and '-' only" });
      continue;
    }
    if ([...models, ...broken].some((other) => other.name === name)) {
      broken.push({ name: file, file, reason: `another file is called ${name} too` });
      continue;
    }
    try {
      models.push(
        parseModel(
          name,
          readFileSync(join(folder, file)),
          readIfThere(join(folder, `${name}.background.csv`)),
          "file",
        ),
      );
    } catch (error) {
      broken.push({ name, file, reason: brokenReason(error) });
    }
  }
  return { models, broken };
}

function listFiles(folder: string, mustExist: boolean): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && !entry.name.startsWith("."))
      .map((entry) => entry.name)
      .sort();
  } catch (cause) {
    const error = cause as NodeJS.ErrnoException;
    if (error.code === "ENOENT" && !mustExist) return [];
    throw new ModelFolderError(`SHAP_MODEL_DIR: ${folder} cannot be read (${error.code ?? error.message})`, {
      cause,
    });
  }
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
