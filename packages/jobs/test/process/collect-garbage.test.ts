import { collectGarbage } from "../../src/process/collect-garbage.js";

describe("collecting garbage", () => {
  it("frees what nobody holds, at once and without a flag of Node's", () => {
    let held: Float64Array | undefined = new Float64Array(10_000_000);
    const before = process.memoryUsage().arrayBuffers;
    expect(held.length).toBe(10_000_000);
    held = undefined;
    collectGarbage();
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(before - 70_000_000);
  });
});
