import { readFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { allowsSample, listModelFiles, modelFolder, sampleModel } from "../commands/model-files.js";
import type { LocalSystem } from "../commands/open-system.js";
import { printableLine } from "../terminal/printable.js";
import { type Finding, Findings } from "./finding.js";

const additivityTolerance = 1e-6;

/** The model files are there, load, and explain a row so that it adds up. */
export async function checkModels(system: LocalSystem): Promise<Finding[]> {
  const findings = new Findings("models");
  const folder = modelFolder(system);
  const shown = relative(system.repository.folder, folder) || ".";
  const files = await listModelFiles(folder);
  for (const file of files) await checkModel(findings, file, basename(file));
  if (files.length > 0) return findings.list;
  if (!allowsSample(system)) {
    findings.failure("files", {
      title: `no model file in ${printableLine(shown)}`,
      why: "the service would start with nothing to serve, and the sample is not allowed",
      fix: `put your model file into ${shown}/ and commit it`,
    });
    return findings.list;
  }
  findings.warning("files", {
    title: `no model file in ${printableLine(shown)}: the sample model will be served`,
    why: "its answers are about invented mortgages",
    fix: `put your model file into ${shown}/ and commit it`,
  });
  await checkModel(findings, join(system.repository.folder, sampleModel), "the sample");
  return findings.list;
}

async function checkModel(findings: Findings, file: string, name: string): Promise<void> {
  const shown = printableLine(name);
  const { createExplainer, loadModel } = await import("shap-core");
  try {
    const model = loadModel(await readFile(file));
    const row = model.featureNames.map((_, index) => index);
    const explanation = createExplainer(model).explain([row]);
    const prediction = model.predict([row], { output: "raw" }).values;
    const outputs = prediction.length;
    for (let output = 0; output < outputs; output += 1) {
      let sum = explanation.baseValues[output];
      for (let at = output; at < explanation.values.length; at += outputs) sum += explanation.values[at];
      if (!(Math.abs(sum - prediction[output]) <= additivityTolerance * (1 + Math.abs(sum)))) {
        throw new Error(`its values add up to ${sum}, not to the prediction ${prediction[output]}`);
      }
    }
    findings.pass("model", `${shown}: ${model.featureNames.length} features, a row is explained and adds up`);
  } catch (error) {
    findings.failure("model", {
      title: `${shown} cannot be served: ${printableLine((error as Error).message).slice(0, 200)}`,
      why: "the service would list it as broken and refuse requests for it",
      fix: "save the model again as its library's own file, or take the file out",
    });
  }
}
