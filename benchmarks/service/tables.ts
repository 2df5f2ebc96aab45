import { rmSync } from "node:fs";
import { copyFile, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Files } from "./python-service.js";
import type { TableType } from "./running-service.js";

/** shap draws so many of the background rows it is given, and no more; these are all used by both sides. */
const BACKGROUND_ROWS = 100;
const example = fileURLToPath(new URL("../../examples/mortgage/", import.meta.url));

/** The example's model and background rows, in a folder as SHAP_MODEL_DIR wants it; it goes with this process. */
export async function layOutModel(): Promise<Files & { folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "shap-reference-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const files = {
    folder,
    model: join(folder, "mortgage.json"),
    background: join(folder, "mortgage.background.csv"),
  };
  await copyFile(join(example, "model.json"), files.model);
  const background = await linesOf("background.csv");
  await writeFile(files.background, `${background.slice(0, BACKGROUND_ROWS + 1).join("\n")}\n`);
  return files;
}

/** The same rows in the forms a client may send them in. */
export type Table = { rows: number } & Readonly<Record<TableType, Buffer>>;

/** The example's sample rows, repeated to `rows`. */
export async function makeTable(rows: number): Promise<Table> {
  const [header, ...sample] = await linesOf("sample.csv");
  const lines = Array.from({ length: rows }, (_, r) => sample[r % sample.length]!);
  const numbers = lines.map((line) => line.split(",").map((cell) => (cell === "" ? null : Number(cell))));
  return {
    rows,
    "text/csv": Buffer.from(`${[header, ...lines].join("\n")}\n`),
    "application/json": Buffer.from(JSON.stringify({ rows: numbers })),
  };
}

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(join(example, file), "utf8")).trimEnd().split("\n");
}
