// npm run bench:reference [-- ROWS [VARIANT ...]]: this service beside the Python service it replaces, alternately in
// one run. VARIANT is a part of a variant's title, such as "newest". Needs a build, redis-server, Python 3.11 and
// Linux's /proc.
import { writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { type Comparison, comparisonsAsText, type Pair, type Run } from "./comparison.js";
import { startOwnService } from "./own-service.js";
import { makeServiceEnvironment } from "./python-environment.js";
import { measureParts, startPythonService, type Variant } from "./python-service.js";
import type { RunningService, TableType } from "./running-service.js";
import { layOutModel, makeTable, type Table } from "./tables.js";
import { titleOf, variants } from "./variants.js";

const PAIRS = 3;
/** The faster side runs as often in a pair, and the median counts. */
const OWN_RUNS = 3;
/** Enough to compare the values, to warm both up, and to measure the parts. */
const FEW_ROWS = 1000;
/** What float32 tells apart, with room for a few hundred additions: XGBoost and shap count in it for the most part. */
const TOLERANCE = 1e-5;

const [rowsWanted = "10000", ...wanted] = process.argv.slice(2);
const allRows = Number(rowsWanted);
if (!Number.isInteger(allRows) || allRows < 1) {
  console.error("usage: npm run bench:reference [-- ROWS [VARIANT ...]]");
  process.exit(2);
}

const chosen = variants.filter(
  (variant) => wanted.length === 0 || wanted.some((part) => titleOf(variant).includes(part)),
);
if (chosen.length === 0) {
  console.error(`no such variant; there are:\n  ${variants.map(titleOf).join("\n  ")}`);
  process.exit(2);
}

await makeServiceEnvironment();
const files = await layOutModel();
const comparisons: Comparison[] = [];
for (const variant of chosen) {
  comparisons.push(await compare(variant));
  // In full, so that a run ended early has told what it knew.
  console.error(`${comparisonsAsText(comparisons.slice(-1))}\n`);
}
const load = loadavg()[0]!.toFixed(1);
console.log(`${cpus()[0]?.model}, ${cpus().length} cores, load ${load}, Node ${process.version}\n`);
console.log(comparisonsAsText(comparisons));
for (const { variant, refused, largestDifference } of comparisons) {
  if (refused === undefined && largestDifference <= TOLERANCE) continue;
  const values = `the values differ by ${largestDifference}, expected ${TOLERANCE} at most`;
  console.error(`${titleOf(variant)}: ${refused ?? values}`);
  process.exitCode = 1;
}

async function compare(variant: Variant): Promise<Comparison> {
  const rows = Math.ceil(allRows * variant.share);
  const table = await makeTable(rows);
  const few = await makeTable(Math.min(rows, FEW_ROWS));
  const rowsFile = join(files.folder, ".rows.json");
  await writeFile(rowsFile, few["application/json"]);
  const parts = await measureParts(variant, files, rowsFile);
  const perturbation = variant.background ? "interventional" : "tree_path_dependent";
  const own = await startOwnService(files.folder, perturbation);
  const python = await startPythonService(variant, files);
  try {
    const difference = await compareValues(own, python, few);
    const pairs: Pair[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      pairs.push({
        python: await time(python, table, "application/json"),
        ownJson: await medianTime(own, table, "application/json"),
        ownCsv: await medianTime(own, table, "text/csv"),
      });
    }
    return { variant, rows, parts, pairs, largestDifference: difference };
  } catch (error) {
    return { variant, rows, parts, pairs: [], largestDifference: Number.NaN, refused: String(error) };
  } finally {
    await Promise.all([own.stop(), python.stop()]);
  }
}

/** The largest difference of any value, relative to the largest value. Warms both services up too. */
async function compareValues(own: RunningService, python: RunningService, few: Table): Promise<number> {
  const json = few["application/json"];
  await own.explain(few["text/csv"], "text/csv");
  const ours = JSON.parse((await own.explain(json, "application/json")).toString());
  const theirs = JSON.parse((await python.explain(json, "application/json")).toString());
  const a = [...ours.baseValues, ...ours.values.flat()] as number[];
  const b = [theirs.base_value, ...theirs.values.flat()] as number[];
  if (a.length !== b.length)
    throw new Error(`the Python service gives ${b.length} values, expected ${a.length}`);
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / largest;
}

async function medianTime(service: RunningService, table: Table, type: TableType): Promise<Run> {
  const runs: Run[] = [];
  for (let i = 0; i < OWN_RUNS; i++) runs.push(await time(service, table, type));
  return runs.sort((a, b) => a.seconds - b.seconds)[OWN_RUNS >> 1]!;
}

/** Seconds from the first byte of the upload to the last of the result, and what they cost each process. */
async function time(service: RunningService, table: Table, type: TableType): Promise<Run> {
  const { web, worker, redis } = service.programs;
  const cpu = () => [web, worker, redis].map((program) => program.cpuSeconds());
  const before = cpu();
  const start = performance.now();
  const result = await service.explain(table[type], type);
  const seconds = (performance.now() - start) / 1000;
  const [webCpu, workerCpu, redisCpu] = cpu().map((after, i) => after - before[i]!);
  const rows =
    type === "text/csv"
      ? result.toString().trimEnd().split("\n").length - 1
      : JSON.parse(result.toString()).values.length;
  if (rows !== table.rows) throw new Error(`${rows} rows came back, expected ${table.rows}`);
  return { seconds, cpu: { web: webCpu!, worker: workerCpu!, redis: redisCpu! } };
}
