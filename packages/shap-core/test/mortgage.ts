import { readFileSync } from "node:fs";

const folder = new URL("../../../examples/mortgage/", import.meta.url);

/** The example's model file, as bytes. */
export const mortgageModel = (): Uint8Array => readFileSync(new URL("model.json", folder));

/** A numeric CSV file of the example; an empty cell is NaN. */
export function mortgageTable(name: string): { names: string[]; rows: number[][] } {
  const [header = "", ...lines] = readFileSync(new URL(name, folder), "utf8").trimEnd().split("\n");
  const rows = lines.map((line) => line.split(",").map((cell) => (cell === "" ? Number.NaN : Number(cell))));
  return { names: header.split(","), rows };
}
