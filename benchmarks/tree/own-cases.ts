// npm run bench: this project's cases alone, each in a fresh process, so that the compile time is a cold one.
import { join } from "node:path";
import { execa } from "execa";
import type { OwnCase, OwnFigures } from "./own-case.js";
import { whole } from "./report.js";
import { textTable } from "./text-table.js";

const model = (depth: number, trees: number) => ({ depth, trees, features: 30, trainingRows: 10_000 });

const ownCases: OwnCase[] = [
  ...[model(3, 500), model(6, 100), model(6, 500), model(8, 100), model(10, 100), model(12, 100)].map(
    (spec): OwnCase => ({ model: spec, mode: "path-dependent" }),
  ),
  { model: model(6, 100), mode: "interventional", background: 1_000 },
  { model: model(6, 500), mode: "interventional", background: 1_000 },
  { model: model(6, 100), mode: "interventional", background: 100_000 },
  { model: model(6, 100), mode: "interactions" },
];

const rows: string[][] = [];
for (const ownCase of ownCases) {
  const script = join(import.meta.dirname, "own-case.ts");
  const { stdout } = await execa(process.execPath, [...process.execArgv, script, JSON.stringify(ownCase)]);
  const figures: OwnFigures = JSON.parse(stdout);
  rows.push([
    `depth ${ownCase.model.depth} × ${ownCase.model.trees}, ${ownCase.mode}${ownCase.background ? `, ${whole(ownCase.background)} background rows` : ""}`,
    whole(figures.rowsPerSecond),
    figures.oneRowMicroseconds.toFixed(1),
    figures.compileMilliseconds.toFixed(0),
    whole(figures.tableBytes),
    figures.residentMegabytes.toFixed(0),
  ]);
}
console.log(textTable(["case", "rows/s", "one row µs", "compile ms", "table bytes", "RSS MB"], rows));
