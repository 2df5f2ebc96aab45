import { Explanation } from "shap-core";
import { SvgWriter } from "../src/writers/svg.js";

const chunk = (rows: number, start: number) =>
  new Explanation({
    values: Float64Array.from({ length: rows }, (_, i) => (start + i) % 17),
    baseValues: Float64Array.of(0),
    data: { data: Float64Array.from({ length: rows }, (_, i) => start + i), rows, columns: 1 },
    featureNames: ["time"],
    outputNames: ["output"],
  });

describe("SvgWriter", () => {
  it("draws long files from rows spread evenly over all of it, and says so", async () => {
    const written: string[] = [];
    const notes: string[] = [];
    const output = { write: async (text: string) => void written.push(text) };
    const writer = new SvgWriter(output, { name: "beeswarm" }, (note) => notes.push(note));
    for (let start = 0; start < 33_000; start += 999)
      await writer.write(chunk(Math.min(999, 33_000 - start), start));
    await writer.finish();
    expect(notes).toEqual(["beeswarm: drawn from every 4th of 33000 rows"]);
    expect(written.join("")).toMatch(/^<svg/);
  });
});
