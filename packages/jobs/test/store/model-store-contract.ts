import { sha256 } from "../../src/models/sha256.js";
import { ModelChangedError, type ModelRecord, type ModelStore } from "../../src/store/model-store.js";
import { until } from "../until.js";

/** Bytes that fill more than one piece, different for every seed. */
export const bytesOf = (seed: string, length = 3_000_000): Uint8Array => Buffer.alloc(length, `${seed};`);

/** A record of these files; what is told of the model does not matter to a store. */
export const recordOf = (name: string, file: Uint8Array, background?: Uint8Array): ModelRecord => ({
  name,
  version: sha256(file),
  ...(background === undefined ? {} : { backgroundVersion: sha256(background) }),
  bytes: file.length,
  kind: "tree-ensemble",
  objective: null,
  features: 2,
  outputs: 1,
  backgroundRows: 0,
  uploadedAt: 1,
});

/** What every store of uploaded models must do. */
export function describeModelStore(name: string, store: () => ModelStore): void {
  const [first, second, rows] = [bytesOf("first"), bytesOf("second"), bytesOf("rows", 100)];

  describe(`${name}, as a store of models`, () => {
    it("gives back what was put, by name and by the file's hash", async () => {
      const record = recordOf("risk", first, rows);
      await store().put(record, undefined, [first, rows]);
      expect(await store().get("risk")).toEqual(record);
      expect(await store().list()).toContainEqual(record);
      expect(sha256((await store().file("risk", record.version))!)).toBe(record.version);
      expect(sha256((await store().file("risk", record.backgroundVersion!))!)).toBe(record.backgroundVersion);
      expect(await store().get("other")).toBeUndefined();
      expect(await store().file("risk", sha256(second))).toBeUndefined();
    });

    it("keeps names of objects' own properties apart", async () => {
      expect(await store().get("__proto__")).toBeUndefined();
      const record = recordOf("constructor", first);
      await store().put(record, undefined, [first]);
      expect(await store().get("constructor")).toEqual(record);
    });

    it("keeps a replaced file readable, and a file that is kept needs not be sent", async () => {
      const before = recordOf("kept", first, rows);
      await store().put(before, undefined, [first, rows]);
      const after = recordOf("kept", second, rows);
      await store().put(after, before, [second]);
      expect(await store().get("kept")).toEqual(after);
      for (const hash of [before.version, after.version, after.backgroundVersion!]) {
        expect(sha256((await store().file("kept", hash))!)).toBe(hash);
      }
    });

    it("brings a replaced file back", async () => {
      const [one, two] = [recordOf("back", first), recordOf("back", second)];
      await store().put(one, undefined, [first]);
      await store().put(two, one, [second]);
      await store().put({ ...one, uploadedAt: 2 }, two, [first]);
      expect(sha256((await store().file("back", one.version))!)).toBe(one.version);
    });

    it("changes nothing where another change came first", async () => {
      const late = bytesOf("late");
      const [one, two] = [recordOf("raced", first), recordOf("raced", late)];
      await store().put(one, undefined, [first]);
      await expect(store().put(two, undefined, [late])).rejects.toThrow(ModelChangedError);
      await expect(store().put({ ...two, features: 9 }, two, [late])).rejects.toThrow(ModelChangedError);
      await expect(store().remove(two)).rejects.toThrow(ModelChangedError);
      expect(await store().get("raced")).toEqual(one);
      expect(await store().file("raced", two.version)).toBeUndefined();
    });

    it("refuses a record whose file it does not hold", async () => {
      const record = recordOf("hollow", bytesOf("nowhere"));
      await expect(store().put(record, undefined, [])).rejects.toThrow(ModelChangedError);
      expect(await store().get("hollow")).toBeUndefined();
    });

    it("lets of two puts at once exactly one be", async () => {
      const records = [recordOf("twice", first), recordOf("twice", second)];
      const puts = records.map((record, i) => store().put(record, undefined, [[first, second][i]!]));
      const states = (await Promise.allSettled(puts)).map(({ status }) => status);
      expect(states.sort()).toEqual(["fulfilled", "rejected"]);
      const current = await store().get("twice");
      expect(sha256((await store().file("twice", current!.version))!)).toBe(current!.version);
    });

    it("forgets what is removed, though jobs still find its files", async () => {
      const record = recordOf("gone", first, rows);
      await store().put(record, undefined, [first, rows]);
      await store().remove(record);
      expect(await store().get("gone")).toBeUndefined();
      expect((await store().list()).map((other) => other.name)).not.toContain("gone");
      expect(sha256((await store().file("gone", record.version))!)).toBe(record.version);
    });

    it("keeps a file for a job that needs it though it was to go soon, and says where one is gone", async () => {
      const record = recordOf("needed", bytesOf("needed"));
      const { name, version } = record;
      await store().put(record, undefined, [bytesOf("needed")]);
      expect(await store().hold(name, [version])).toBe(true);
      await store().remove(record, 1);
      expect(await store().hold(name, [version])).toBe(true);
      const other = recordOf("unneeded", bytesOf("unneeded"));
      await store().put(other, undefined, [bytesOf("unneeded")]);
      await store().remove(other, 1);
      await until(async () => (await store().file("unneeded", other.version)) === undefined);
      expect(sha256((await store().file(name, version))!)).toBe(version);
      expect(await store().hold("unneeded", [other.version])).toBe(false);
    });

    it("tells of changes, until told to stop", async () => {
      let told = 0;
      const stop = store().watch(() => told++);
      const record = recordOf("told", first);
      await store().put(record, undefined, [first]);
      await until(() => told > 0);
      stop();
      const before = told;
      await store().remove(record);
      expect(told).toBe(before);
    });
  });
}
