import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseModel, summaryOf } from "../../src/models/model-file.js";
import { ModelUploads, NoUploadError, UploadsBusyError } from "../../src/models/model-uploads.js";
import { FileModelStore } from "../../src/store/files/file-model-store.js";
import { ModelChangedError } from "../../src/store/model-store.js";
import { fixture } from "./hostile-models.js";

const limits = { maxBytes: 2 ** 26, checkMs: 15_000, checkMemoryBytes: 240 * 2 ** 20 };
const [one, two] = [fixture("xgboost/binary-logistic/model.json"), fixture("lightgbm/binary/model.txt")];

let folder: string;
let store: FileModelStore;
let uploads: ModelUploads;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shap-models-"));
  store = new FileModelStore(folder, 3600);
  uploads = new ModelUploads(store, limits);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

describe("uploads", () => {
  it("are taken one at a time, in order, and refused while many wait", async () => {
    const begun: number[] = [];
    let open = 0;
    let most = 0;
    const releases: (() => void)[] = [];
    const take = (i: number) => () => {
      begun.push(i);
      most = Math.max(most, ++open);
      return new Promise<void>((resolve) => releases.push(resolve)).finally(() => open--);
    };
    const taken = Array.from({ length: 8 }, (_, i) => uploads.inTurn(take(i)));
    await expect(uploads.inTurn(take(8))).rejects.toThrow(UploadsBusyError);
    for (const [i, each] of taken.entries()) {
      while (releases.length <= i) await new Promise(setImmediate);
      releases[i]!();
      await each;
    }
    expect({ begun, most }).toEqual({ begun: [0, 1, 2, 3, 4, 5, 6, 7], most: 1 });
    await expect(uploads.inTurn(async () => "free again")).resolves.toBe("free again");
  });

  it("that fail do not hold up the next", async () => {
    await expect(uploads.inTurn(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await expect(uploads.inTurn(async () => "yes")).resolves.toBe("yes");
  });

  it("are refused where another upload came in while they were checked", async () => {
    const putting = uploads.putModel("risk", one, true);
    const other = { ...summaryOf(parseModel("risk", two, undefined, "upload")), uploadedAt: 1 };
    await store.put(other, undefined, [two]);
    await expect(putting).rejects.toThrow(ModelChangedError);
    expect(await store.get("risk")).toEqual(other);
  });

  it("of the same bytes are not checked again, and change nothing", async () => {
    const first = await uploads.putModel("risk", one, true);
    expect(first.created).toBe(true);
    const checksNothing = new ModelUploads(store, { ...limits, checkMs: 0 });
    expect(await checksNothing.putModel("risk", one, true)).toEqual({ record: first.record, created: false });
  });

  it("of background rows need a model, and removing needs an upload", async () => {
    await expect(uploads.putBackground("risk", Buffer.from("a\n1"))).rejects.toThrow(NoUploadError);
    await expect(uploads.remove("risk")).rejects.toThrow(NoUploadError);
  });
});
