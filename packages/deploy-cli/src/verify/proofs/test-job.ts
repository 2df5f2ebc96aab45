import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ServiceClient, ServiceModel, ServiceResult } from "../../service/service-client.js";
import { ProofFailed } from "../proof-failed.js";
import type { Subject } from "../subject.js";

const rowCount = 1200;
const missingShare = 0.05;
const additivityTolerance = 1e-6;
const valueTolerance = 1e-9;
const pollMilliseconds = 1000;
/** Without a row done for so long, the job is not coming. */
const stillMilliseconds = 120_000;
/** What a chunk of rows really needs on a busy machine. */
const stillAtLeastMilliseconds = 20_000;

type Row = (number | null)[];

/** 4: a job of more than one chunk comes back complete, adds up, and equals what this computer computes itself. */
export async function proveTestJob(subject: Subject): Promise<string[]> {
  const { service, say } = subject;
  const [served] = await service.models();
  if (!served) throw new ProofFailed("the service serves no model");
  const model = await service.model(served.name);
  const rows = testRows(model.featureNames.length);
  const key = `shap-deploy-${randomUUID()}`;
  // Without background rows the values depend on the model's file alone, so they can be computed here.
  const isTree = served.kind !== "linear";
  const options = isTree ? { perturbation: "tree_path_dependent" } : undefined;
  const job = await service.submit(model.name, toCsv(model.featureNames, rows), key, options);
  try {
    const seconds = await finish(subject, job.id);
    say("comparing the values");
    const result = await service.result(job.id);
    const facts = [
      `model ${model.name} ${model.version.slice(0, 12)}: ${rowCount} rows in ${seconds.toFixed(1)} s`,
    ];
    facts.push(proveAdditive(model, result));
    facts.push(await proveEqual(subject, !isTree && (served.backgroundRows ?? 0) > 0, model, rows, result));
    return facts;
  } finally {
    await removeJob(service, job.id);
  }
}

async function finish({ service, clock, say }: Subject, id: string): Promise<number> {
  const begun = clock.now();
  const nextDeadline = () => clock.deadline(stillMilliseconds, stillAtLeastMilliseconds);
  let deadline = nextDeadline();
  let doneBefore = 0;
  for (;;) {
    const { state, rowsDone, rowsTotal, error } = await service.job(id);
    if ((rowsDone ?? 0) > doneBefore) {
      doneBefore = rowsDone ?? 0;
      deadline = nextDeadline();
    }
    if (state === "completed") return (clock.now() - begun) / 1000;
    if (state === "failed" || state === "cancelled") {
      throw new ProofFailed(`the test job ${state}${error ? `: ${String(error)}` : ""}`);
    }
    if (clock.now() >= deadline)
      throw new ProofFailed(`the test job is still ${state} (${rowsDone ?? 0} of ${rowsTotal ?? "?"} rows)`);
    say(`test job ${state}, ${rowsDone ?? 0} of ${rowsTotal ?? rowCount} rows`);
    await clock.wait(pollMilliseconds);
  }
}

/** base value + sum of a row's values = its prediction, for every output. */
function proveAdditive({ outputNames }: ServiceModel, result: ServiceResult): string {
  const { values, predictions, baseValues } = result;
  if (values.length !== rowCount || predictions.length !== rowCount) {
    throw new ProofFailed(`the result has ${values.length} rows of ${rowCount}`);
  }
  let largest = 0;
  for (const [row, features] of values.entries()) {
    for (let output = 0; output < outputNames.length; output += 1) {
      let sum = baseValues[output];
      for (const feature of features) sum += Array.isArray(feature) ? feature[output] : feature;
      const prediction = predictions[row][output];
      const gap = Math.abs(sum - prediction) / (1 + Math.abs(prediction));
      if (!(gap <= additivityTolerance)) {
        throw new ProofFailed(`row ${row} does not add up: ${sum} instead of ${prediction}`);
      }
      largest = Math.max(largest, gap);
    }
  }
  return `every row adds up to its prediction, within ${largest.toExponential(1)}`;
}

/** The same rows through shap-core here, where the served model's file is at hand (told by its SHA-256). */
async function proveEqual(
  { modelFiles }: Subject,
  dependsOnBackground: boolean,
  model: ServiceModel,
  rows: Row[],
  result: ServiceResult,
): Promise<string> {
  if (dependsOnBackground)
    return "not computed here: the service explains against background rows of its own";
  const bytes = await fileOfVersion(modelFiles, model.version);
  if (!bytes) return "not computed here: the served model's file is not in this repository";
  const { createExplainer, loadModel } = await import("shap-core");
  const explanation = await createExplainer(loadModel(bytes)).explain(rows);
  const received = result.values.flat(2);
  if (received.length !== explanation.values.length)
    throw new ProofFailed("the result has another shape than computed here");
  let largest = 0;
  for (const [index, value] of received.entries()) {
    const own = explanation.values[index];
    const gap = Math.abs(value - own) / (1 + Math.abs(own));
    if (!(gap <= valueTolerance)) {
      throw new ProofFailed(`value ${index} is ${value}; computed here it is ${own}`);
    }
    largest = Math.max(largest, gap);
  }
  return `${received.length} values equal those computed here, within ${largest.toExponential(1)}`;
}

async function fileOfVersion(files: readonly string[], version: string): Promise<Uint8Array | undefined> {
  for (const file of files) {
    const bytes = await readFile(file).catch(() => undefined);
    if (bytes && createHash("sha256").update(bytes).digest("hex") === version.replace(/^sha256:/, ""))
      return bytes;
  }
  return undefined;
}

/** Rows that reach many leaves: numbers of every size, whole and broken, some missing; the same at each run. */
function testRows(features: number): Row[] {
  let seed = 0x2545f491;
  // A small xorshift: the rows need to be varied and repeatable, not random.
  const random = () => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) / 2 ** 32;
  };
  const cell = () => {
    if (random() < missingShare) return null;
    const number = random() * 10 ** Math.floor(random() * 7);
    return random() < 0.5 ? Math.floor(number) : number;
  };
  return Array.from({ length: rowCount }, () => Array.from({ length: features }, cell));
}

function toCsv(names: readonly string[], rows: readonly Row[]): string {
  const quoted = (name: string) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
  const lines = rows.map((row) => row.map((cell) => cell ?? "").join(","));
  return `${[names.map(quoted).join(","), ...lines].join("\n")}\n`;
}

async function removeJob(service: ServiceClient, id: string): Promise<void> {
  // Its results would lie in Redis until their time is over; that they could not be removed is no failed proof.
  await service.deleteJob(id).catch(() => {});
}
