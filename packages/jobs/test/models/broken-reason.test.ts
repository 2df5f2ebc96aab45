import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readModelFolder } from "../../src/models/model-folder.js";

const example = (name: string) =>
  readFileSync(new URL(`../../../../examples/mortgage/${name}`, import.meta.url), "utf8");
const CELL = "cell-that-must-not-be-told";
const [header = "", first = ""] = example("background.csv").split("\n");
const rest = first.split(",").slice(1).join(",");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shap-models-"));
  writeFileSync(join(folder, "m.json"), example("model.json"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("why a model of the folder cannot be served", () => {
  it.each([
    ["a cell that is no number", `${header}\n${first}\n${CELL},${rest}\n`, /row 2, column "loan_amount"/],
    ["a number that is too large", `${header}\n1e999,${rest}\n`, /row 1, column "loan_amount"/],
    ["a row of another length", `${header}\n${first}\n${CELL}\n`, /no CSV at line 3 \(CSV_\w+\)/],
    ["a quote that never ends", `${header}\n"${CELL}\n`, /no CSV at line \d \(CSV_\w+\)/],
    ["a quote inside a cell", `${header}\n"${CELL}"${CELL},${rest}\n`, /no CSV at line \d \(CSV_\w+\)/],
    ["a file that is half JSON", `[{"loan_amount": ${CELL}`, /no JSON/],
    ["JSON with a text", `[{"loan_amount": "${CELL}"}]`, /row 1, column "loan_amount"/],
    ["no column of a feature", `loan_amount\n1\n`, /no column property_value/],
  ])("tells the place of %s, and not what stands there", (_what, background, place) => {
    writeFileSync(join(folder, "m.background.csv"), background);
    const { broken } = readModelFolder(folder, true);
    expect(broken).toEqual([{ name: "m", file: "m.json", reason: expect.stringMatching(place) }]);
    expect(JSON.stringify(broken)).not.toMatch(/must-not-be-told|1e999/);
  });
});
