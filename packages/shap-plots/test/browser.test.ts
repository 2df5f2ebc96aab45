import { readFileSync } from "node:fs";
import { type Rendering, renderInChromium } from "./browser.js";
import { allPlots, edgeCases } from "./edge-cases.js";
import { galleryPictures } from "./gallery.js";
import { mortgageExplanation } from "./mortgage.js";

const documents = new Map<string, string>();
for (const { name, file } of galleryPictures()) documents.set(name, readFileSync(file, "utf8"));
for (const [edge, explanation] of Object.entries(edgeCases)) {
  for (const [plot, draw] of Object.entries(allPlots))
    documents.set(`${edge} as ${plot}`, draw(explanation()));
}
for (const [plot, draw] of Object.entries(allPlots)) {
  for (const width of [360, 1400])
    documents.set(`${plot} of ${width} px`, draw(mortgageExplanation(), { width }));
  documents.set(`${plot} of one row, 360 px`, draw(mortgageExplanation(), { width: 360, row: 4 }));
}

const svg = (body: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="40" font-size="12">${body}</svg>`;
const broken = {
  "sticks out": svg('<text x="70" y="20">sticks out</text>'),
  overlap: svg('<text x="10" y="20">one</text><text x="15" y="22">two</text>'),
  "no XML": svg("<text>&nbsp;</text>"),
};

describe("in Chromium", () => {
  const names = [...documents.keys()];
  let renderings: Map<string, Rendering>;

  beforeAll(async () => {
    const all = await renderInChromium([...documents.values(), ...Object.values(broken)]);
    renderings = new Map([...names, ...Object.keys(broken)].map((name, i) => [name, all[i]!]));
  }, 90_000);

  it.each(names)("%s is drawn, with every text inside and none on another", (name) => {
    const rendering = renderings.get(name)!;
    expect(rendering.parseError).toBeUndefined();
    expect(rendering.texts).toBeGreaterThan(2);
    expect(rendering.marks).toBeGreaterThan(2);
    expect(rendering.overflowing).toEqual([]);
    expect(rendering.overlapping).toEqual([]);
  });

  it("is measured so that faults show", () => {
    expect(renderings.get("sticks out")!.overflowing).toEqual(["sticks out"]);
    expect(renderings.get("overlap")!.overlapping).toEqual(["one | two"]);
    expect(renderings.get("no XML")!.parseError).toContain("nbsp");
  });
});
