import { readFileSync } from "node:fs";
import { parseModel, type ServedModel } from "./model-file.js";

/** The example that comes with the service. Found by its place in the repository, which is what Render checks out. */
const folder = new URL("../../../../examples/mortgage/", import.meta.url);

export function bundledModel(): ServedModel {
  const read = (name: string) => readFileSync(new URL(name, folder));
  return parseModel("mortgage", read("model.json"), read("background.csv"), "example");
}
