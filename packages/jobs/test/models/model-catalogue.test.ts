import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCatalogue } from "../../src/models/model-catalogue.js";
import { isModelName } from "../../src/models/model-file.js";
import { ModelFolderError } from "../../src/models/model-folder.js";

const example = new URL("../../../../examples/mortgage/model.json", import.meta.url);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shap-models-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (allowFallbackModel = true) =>
  openCatalogue({ modelDir: folder, modelDirIsGiven: true, allowFallbackModel });

describe("the models of a folder", () => {
  it("are named by their files and versioned by their bytes", () => {
    copyFileSync(example, join(folder, "risk.json"));
    copyFileSync(example, join(folder, ".hidden.json"));
    writeFileSync(join(folder, "README.md"), "notes");
    const models = open().list();
    expect(models.map(({ name, fallback }) => ({ name, fallback }))).toEqual([
      { name: "risk", fallback: false },
    ]);
    expect(models[0]!.version).toMatch(/^[0-9a-f]{64}$/);
  });

  it("are served beside a file that is cut off, which is listed with the reason", () => {
    copyFileSync(example, join(folder, "risk.json"));
    writeFileSync(join(folder, "torn.json"), readFileSync(example).subarray(0, 1000));
    const catalogue = open();
    expect(catalogue.list().map((model) => model.name)).toEqual(["risk"]);
    expect(catalogue.broken).toEqual([expect.objectContaining({ name: "torn", file: "torn.json" })]);
    expect(catalogue.broken[0]!.reason).toContain("JSON");
  });

  it("are the bundled example, marked, where there are none and that is allowed", () => {
    expect(
      open()
        .list()
        .map(({ name, fallback }) => ({ name, fallback })),
    ).toEqual([{ name: "mortgage", fallback: true }]);
    expect(open(false).list()).toEqual([]);
  });

  it("stop the start where a given folder cannot be read, not where the default one is absent", () => {
    const absent = { modelDir: join(folder, "absent"), allowFallbackModel: true };
    expect(() => openCatalogue({ ...absent, modelDirIsGiven: true })).toThrow(ModelFolderError);
    expect(openCatalogue({ ...absent, modelDirIsGiven: false }).list()).toHaveLength(1);
  });

  it("have names that cannot leave a folder", () => {
    for (const name of ["risk", "risk-2.1_b"]) expect(isModelName(name)).toBe(true);
    for (const name of ["", ".", "..", "../x", "a/b", "a\\b", "a b", ".x", "x".repeat(101), "a\0"]) {
      expect(isModelName(name)).toBe(false);
    }
  });
});
