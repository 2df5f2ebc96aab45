import { readFile } from "node:fs/promises";
import { usageError } from "../errors.js";

/** The text of the Blueprint. @throws a usage error that says how to name it */
export async function readBlueprintFile(path: string, shown: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") {
      throw usageError(
        `There is no ${shown} here.`,
        "no_blueprint",
        "Run this in the folder of your repository, or name the file with --file.",
      );
    }
    throw usageError(`${shown} cannot be read: ${(error as Error).message}`, "unreadable_blueprint");
  }
}
