import { chmodSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ModelFolderError, readModelFolder, uploadFolder } from "../../src/models/model-folder.js";
import { FileModelStore } from "../../src/store/files/file-model-store.js";
import { bytesOf, describeModelStore, recordOf } from "./model-store-contract.js";

const parent = mkdtempSync(join(tmpdir(), "shap-models-"));
const folder = uploadFolder(parent);
const stores: FileModelStore[] = [];
const open = () => {
  const store = new FileModelStore(folder, 3600);
  stores.push(store);
  return store;
};
afterAll(async () => {
  for (const store of stores) await store.close();
  chmodSync(parent, 0o755);
  rmSync(parent, { recursive: true });
});

const shared = open();
describeModelStore("files", () => shared);

describe("models in files", () => {
  it("are there after a start", async () => {
    const file = bytesOf("lasting");
    const record = recordOf("lasting", file);
    await open().put(record, undefined, [file]);
    const later = open();
    expect(await later.get("lasting")).toEqual(record);
    expect(Buffer.compare((await later.file("lasting", record.version))!, file)).toBe(0);
  });

  it("are passed over where the folder's own files are read", () => {
    expect(readModelFolder(parent, true)).toEqual({ models: [], broken: [] });
  });

  it("leave nothing half written behind, and what is old and not current goes with a start", async () => {
    const store = open();
    const [file, other] = [bytesOf("a"), bytesOf("b")];
    const record = recordOf("left", file);
    await store.put(record, undefined, [file]);
    await store.put(recordOf("left", other), record, [other]);
    writeFileSync(join(folder, "torn.part"), "half");
    const long = new Date(Date.now() - 86_400_000);
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), long, long);
    const names = new Set(readdirSync(folder));
    const later = open();
    const left = new Set(readdirSync(folder));
    expect(names.has(record.version) && names.has("torn.part")).toBe(true);
    expect(left.has(record.version) || left.has("torn.part")).toBe(false);
    for (const { name, version } of await later.list()) {
      expect(await later.file(name, version)).toBeDefined();
    }
  });

  it("whose index is broken stop the start, saying which file that is", () => {
    const other = mkdtempSync(join(tmpdir(), "shap-models-"));
    writeFileSync(join(other, "models.json"), "[{");
    expect(() => new FileModelStore(other, 3600)).toThrow(ModelFolderError);
    expect(() => new FileModelStore(other, 3600)).toThrow(/models\.json.*cannot be read/);
    rmSync(other, { recursive: true });
  });
});
