import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { allPlots, edgeCases } from "./edge-cases.js";
import { galleryPictures } from "./gallery.js";
import { mortgageExplanation } from "./mortgage.js";

const update = process.env.UPDATE_PLOTS === "1";
const howToUpdate =
  "differs from the committed picture. If that is wanted, run\n  UPDATE_PLOTS=1 npm test -- packages/shap-plots\nand look at each changed SVG in a browser before committing it.";

function expectSameBytes(file: URL, svg: string): void {
  if (update) {
    mkdirSync(new URL(".", file), { recursive: true });
    writeFileSync(file, svg);
  }
  const committed = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (svg !== committed) throw new Error(`${file.pathname.split("/").slice(-3).join("/")} ${howToUpdate}`);
}

describe("the gallery of docs/plots.md", () => {
  const explanation = mortgageExplanation();
  const pictures = galleryPictures();

  it("shows every plot", () => {
    const code = pictures.map((picture) => picture.code).join("\n");
    for (const plot of Object.keys(allPlots)) expect(code).toContain(`${plot}(explanation`);
  });

  it.each(pictures)("$name has the committed bytes", ({ file, draw }) => {
    expectSameBytes(file, draw(explanation));
  });
});

describe("edge cases", () => {
  const cases = Object.keys(edgeCases).flatMap((edge) =>
    Object.keys(allPlots).map((plot) => ({ edge, plot })),
  );

  it.each(cases)("$edge as $plot has the committed bytes", ({ edge, plot }) => {
    const file = new URL(`snapshots/${edge.replaceAll(" ", "-")}/${plot}.svg`, import.meta.url);
    expectSameBytes(file, allPlots[plot]!(edgeCases[edge]!()));
  });
});
