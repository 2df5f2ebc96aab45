import { array, assert as check, double, integer, property, string, tuple } from "fast-check";
import { SaxesParser } from "saxes";
import { allPlots, explanationOf } from "./edge-cases.js";

/** Fails on anything that is not well-formed XML, and on numbers that are none. */
function expectSound(svg: string): void {
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", (tag) => {
    for (const [name, value] of Object.entries(tag.attributes)) {
      if (/NaN|undefined|Infinity/.test(String(value))) throw new Error(`<${tag.name} ${name}="${value}">`);
    }
  });
  parser.write(svg).close();
}

const contribution = double({ min: -1e140, max: 1e140, noNaN: true });
const anyExplanation = tuple(
  array(string({ unit: "binary", maxLength: 40 }), { minLength: 1, maxLength: 14 }),
  integer({ min: 1, max: 12 }),
  array(contribution, { minLength: 168, maxLength: 168 }),
  array(double(), { minLength: 168, maxLength: 168 }),
  contribution,
);

describe.each(Object.entries(allPlots))("%s", (_, draw) => {
  it("draws any explanation as sound XML", () => {
    check(
      property(anyExplanation, ([names, rows, values, cells, base]) => {
        const explanation = explanationOf({
          rows,
          names,
          base,
          value: (r, f) => values[r * names.length + f]!,
          cell: (r, f) => cells[r * names.length + f]!,
        });
        expectSound(draw(explanation));
        expectSound(draw(explanation, { row: 0, maxDisplay: 3, width: 360, title: names[0], theme: "auto" }));
      }),
      { numRuns: 25 },
    );
  });
});
