import fc from "fast-check";
import { momentOf, nextWorkerName, parseWorkerName, stampOf } from "../../src/blueprint/stamp.js";

describe("a worker's service name", () => {
  it.each([
    ["shap-worker-20261124031500", { base: "shap", stamp: "20261124031500", stampForm: "YYYYMMDDHHmmss" }],
    ["shap-worker-11242026", { base: "shap", stamp: "11242026", stampForm: "MMDDYYYY" }],
    ["shap-worker", { base: "shap" }],
    ["my-worker-pool-worker-11242026", { base: "my-worker-pool", stamp: "11242026", stampForm: "MMDDYYYY" }],
  ])("%s is read", (name, expected) => {
    expect(parseWorkerName(name)).toEqual(expected);
  });

  it.each([
    "shap",
    "worker",
    "shap-worker-",
    "shap-worker-2026",
    "shap-worker-20260231000000",
    "shap-worker-13012026",
    "-worker",
  ])("%s is not one", (name) => {
    expect(parseWorkerName(name)).toBeUndefined();
  });

  it("comes back from its stamp, for every second there is", () => {
    const seconds = fc.integer({ min: 0, max: 4_102_444_799 });
    fc.assert(
      fc.property(seconds, (second) => {
        const moment = new Date(second * 1000);
        const name = nextWorkerName("shap", moment);
        expect(momentOf(parseWorkerName(name)?.stamp ?? "")).toEqual(moment);
      }),
    );
  });

  it("is never one that is taken", () => {
    const now = new Date("2026-12-31T23:59:59Z");
    const taken = ["shap-worker-20261231235959", "shap-worker-20270101000000"];
    expect(nextWorkerName("shap", now, taken)).toBe("shap-worker-20270101000001");
  });

  it("refuses a base that leaves no room for the stamp", () => {
    expect(() => nextWorkerName("a".repeat(50), new Date(0))).toThrow(/too long/);
  });

  it("sorts by time as text", () => {
    expect(stampOf(new Date("2026-01-02T03:04:05.678Z"))).toBe("20260102030405");
  });
});
