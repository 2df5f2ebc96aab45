import { readFileSync } from "node:fs";
import { type Rendering, renderInChromium } from "./browser.js";
import { allPlots, edgeCases } from "./edge-cases.js";
import { galleryPictures } from "./gallery.js";

const documents = new Map<string, string>();
for (const { name, file } of galleryPictures()) documents.set(name, readFileSync(file, "utf8"));
for (const [edge, explanation] of Object.entries(edgeCases)) {
  for (const [plot, draw] of Object.entries(allPlots))
    documents.set(`${edge} as ${plot}`, draw(explanation()));
}

describe("in Chromium", () => {
  const names = [...documents.keys()];
  let renderings: Map<string, Rendering>;

  beforeAll(async () => {
    const all = await renderInChromium([...documents.values()]);
    renderings = new Map(names.map((name, i) => [name, all[i]!]));
  }, 90_000);

  it.each(names)("%s is drawn, with every text inside and none on another", (name) => {
    const rendering = renderings.get(name)!;
    expect(rendering.parseError).toBeUndefined();
    expect(rendering.texts).toBeGreaterThan(2);
    expect(rendering.marks).toBeGreaterThan(2);
    expect(rendering.width).toBe(720);
    expect(rendering.overflowing).toEqual([]);
    expect(rendering.overlapping).toEqual([]);
  });
});
