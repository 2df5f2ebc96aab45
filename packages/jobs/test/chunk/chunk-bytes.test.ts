import { bytesPerRow, rowsWithin } from "../../src/chunk/chunk-bytes.js";

const MB = 1_048_576;

describe("the rows that may be explained at once", () => {
  it("are many thousands for a table of usual width, so that the batch size decides", () => {
    expect(rowsWithin(475 * MB, { features: 24, outputs: 1 })).toBeGreaterThan(10_000);
  });

  it("take a small part of the memory limit however wide they are", () => {
    for (const width of [
      { features: 1, outputs: 1 },
      { features: 5000, outputs: 10 },
      { features: 300, outputs: 100 },
    ]) {
      const rows = rowsWithin(475 * MB, width);
      expect(rows * bytesPerRow(width)).toBeLessThan(30 * MB);
      expect((rows + 1) * bytesPerRow(width)).toBeGreaterThan(29 * MB);
    }
  });

  it("are at least one", () => {
    expect(rowsWithin(64 * MB, { features: 100_000, outputs: 1000 })).toBe(1);
  });
});
