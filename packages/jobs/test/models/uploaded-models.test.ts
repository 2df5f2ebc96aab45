import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundledModel } from "../../src/models/bundled-model.js";
import { ModelCatalogue } from "../../src/models/model-catalogue.js";
import { jobModelOf, parseModel, summaryOf } from "../../src/models/model-file.js";
import { memoryOf } from "../../src/models/model-memory.js";
import { UploadDamagedError, UploadedModels } from "../../src/models/uploaded-models.js";
import { FileModelStore } from "../../src/store/files/file-model-store.js";
import { StoreUnavailableError } from "../../src/store/job-store.js";
import type { ModelRecord } from "../../src/store/model-store.js";
import { until } from "../until.js";
import { fixture } from "./hostile-models.js";

/** A store in files that counts what is read of it, and can be away. */
class WatchedStore extends FileModelStore {
  reads = 0;
  away = false;
  silent = false;

  override watch(listener: () => void) {
    return super.watch(() => {
      if (!this.silent) listener();
    });
  }

  override list() {
    return this.away ? this.refuse() : super.list();
  }
  override get(name: string) {
    return this.away ? this.refuse() : super.get(name);
  }
  override file(name: string, hash: string) {
    this.reads++;
    return this.away ? this.refuse() : super.file(name, hash);
  }
  private refuse(): Promise<never> {
    return Promise.reject(new StoreUnavailableError("away"));
  }
}

const one = fixture("xgboost/binary-logistic/model.json");
const two = fixture("lightgbm/regression/model.txt");
const noFiles = { models: [], broken: [] };

let folder: string;
let store: WatchedStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shap-models-"));
  store = new WatchedStore(folder, 3600);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

async function put(name: string, file: Uint8Array, before?: ModelRecord): Promise<ModelRecord> {
  const record = { ...summaryOf(parseModel(name, file, undefined, "upload")), uploadedAt: 1 };
  await store.put(record, before, [file]);
  return record;
}

async function followed(): Promise<ModelCatalogue> {
  const catalogue = new ModelCatalogue(noFiles, true);
  await catalogue.follow(store);
  return catalogue;
}

const listed = (catalogue: ModelCatalogue) =>
  catalogue.list().map(({ name, origin, fallback }) => ({ name, origin, fallback }));

describe("uploaded models", () => {
  it("are listed without being read, and read once however many ask at the same time", async () => {
    await put("risk", one);
    const catalogue = await followed();
    expect(listed(catalogue)).toEqual([{ name: "risk", origin: "upload", fallback: false }]);
    expect(store.reads).toBe(0);
    const all = await Promise.all([catalogue.get("risk"), catalogue.get("risk"), catalogue.get("risk")]);
    expect(new Set(all).size).toBe(1);
    expect(all[0]!.model.featureNames).toHaveLength(10);
    expect(store.reads).toBe(1);
    catalogue.close();
  });

  it("make the example step back, and let it come again; a job of the example is explained all the same", async () => {
    const catalogue = await followed();
    expect(listed(catalogue)).toEqual([{ name: "mortgage", origin: "example", fallback: true }]);
    const job = jobModelOf((await catalogue.get("mortgage"))!);
    expect(job.fallback).toBe(true);
    const record = await put("risk", one);
    await until(() => listed(catalogue)[0]?.name === "risk");
    expect(await catalogue.get("mortgage")).toBeUndefined();
    expect((await catalogue.only())?.name).toBe("risk");
    expect((await catalogue.ofJob(job))?.version).toBe(bundledModel().version);
    await store.remove(record);
    await until(() => listed(catalogue)[0]?.name === "mortgage");
    catalogue.close();
  });

  it("come before a file of the same name, which comes again when they go", async () => {
    const file = parseModel("risk", two, undefined, "file");
    const catalogue = new ModelCatalogue({ models: [file], broken: [] }, true);
    await catalogue.follow(store);
    const record = await put("risk", one);
    await until(() => listed(catalogue)[0]?.origin === "upload");
    expect((await catalogue.get("risk"))?.version).toBe(record.version);
    expect(await catalogue.ofJob(jobModelOf(file))).toBe(file);
    await store.remove(record);
    await until(() => listed(catalogue)[0]?.origin === "file");
    expect(await catalogue.get("risk")).toBe(file);
    catalogue.close();
  });

  it("are found by a job's version, current or not, by a process that follows nothing", async () => {
    const before = await put("risk", one);
    await put("risk", two, before);
    const worker = new ModelCatalogue(noFiles, false);
    worker.use(store);
    const old = await worker.ofJob({ name: "risk", version: before.version });
    expect(old?.version).toBe(before.version);
    expect(await worker.ofJob({ name: "risk", version: "0".repeat(64) })).toBeUndefined();
    expect(
      await worker.ofJob({ name: "risk", version: before.version, backgroundVersion: "0".repeat(64) }),
    ).toBeUndefined();
  });

  it("are served though nobody told of them", async () => {
    const catalogue = await followed();
    store.silent = true;
    await put("risk", one);
    expect(catalogue.list().map(({ name }) => name)).toEqual(["mortgage"]);
    expect((await catalogue.get("risk"))?.name).toBe("risk");
    expect(await catalogue.get("nothing")).toBeUndefined();
    catalogue.close();
  });

  it("that are known are served while the store is away, and new ones once it is back", async () => {
    await put("risk", one);
    const catalogue = await followed();
    await catalogue.get("risk");
    await put("other", two);
    store.away = true;
    await catalogue.look();
    expect((await catalogue.get("risk"))?.name).toBe("risk");
    expect(catalogue.list().map(({ name }) => name)).toContain("risk");
    await expect(catalogue.get("unheard-of")).rejects.toThrow(StoreUnavailableError);
    store.away = false;
    await until(() => catalogue.list().length === 2);
    catalogue.close();
  });

  it("are dropped under the byte budget, the least recently used first, and their explainers with them", async () => {
    await put("a", one);
    await put("b", two);
    const evicted: string[] = [];
    const sizeOf = (file: Uint8Array) => memoryOf(parseModel("x", file, undefined, "upload"));
    const uploads = new UploadedModels(store, (key) => evicted.push(key), sizeOf(one) + sizeOf(two) - 1);
    const first = (await uploads.get("a"))!;
    await uploads.get("b");
    expect(evicted).toEqual([`${first.version}/undefined`]);
    expect(uploads.bytes).toBe(sizeOf(two));
    expect(store.reads).toBe(2);
    await uploads.get("b");
    expect(store.reads).toBe(2);
    await uploads.get("a");
    expect(store.reads).toBe(3);
  });

  it("whose stored bytes are others are not served", async () => {
    const record = await put("risk", one);
    writeFileSync(join(folder, record.version), two);
    await expect(new UploadedModels(store).get("risk")).rejects.toThrow(UploadDamagedError);
  });
});
