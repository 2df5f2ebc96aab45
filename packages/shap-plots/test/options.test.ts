import { Explanation, ShapeError } from "shap-core";
import { beeswarm, force, heatmap, type PlotOptions, scatter, waterfall } from "../src/index.js";
import { allPlots, explanationOf, numbered } from "./edge-cases.js";

const three = explanationOf({
  rows: 4,
  names: ["age", "income", "score"],
  value: (r, f) => r - f,
  cell: (r) => r,
});
const twoOutputs = new Explanation({
  values: Float64Array.from({ length: 12 }, (_, i) => i),
  baseValues: Float64Array.of(0, 100),
  data: { data: new Float64Array(6), rows: 3, columns: 2 },
  featureNames: numbered(2),
  outputNames: ["no", "yes"],
});

describe("an option that does not fit is refused with what would", () => {
  it.each<[string, PlotOptions, RegExp]>([
    ["a row that is not there", { row: 4 }, /there is no row 4; the rows are 0 to 3/],
    ["a broken row", { row: 1.5 }, /there is no row 1.5/],
    ["no rows", { row: [] }, /an empty list of rows/],
    ["an output that is not there", { output: "maybe" }, /there is no output "maybe"; there are "output"/],
    [
      "maxDisplay of nothing",
      { maxDisplay: 0 },
      /maxDisplay must be a whole number from 1 on, or Infinity; got 0/,
    ],
    ["half a feature", { maxDisplay: 2.5 }, /maxDisplay/],
    ["a width of nothing", { width: 10 }, /width must be a number of px from 360 on; got 10/],
    ["a width that is no number", { width: Number.NaN }, /width/],
    ["a theme of its own", { theme: "sepia" as never }, /theme must be light, dark, auto; got "sepia"/],
    ["units of a stranger", { units: { agee: "years" } }, /units: "agee" is no feature/],
    ["categories of a stranger", { categories: { agee: ["a"] } }, /categories: "agee" is no feature/],
  ])("%s", (_, options, message) => {
    for (const draw of Object.values(allPlots)) {
      expect(() => draw(three, options)).toThrow(ShapeError);
      expect(() => draw(three, options)).toThrow(message);
    }
  });

  it("several rows for a waterfall", () => {
    expect(() => waterfall(three, { row: [0, 1] })).toThrow(
      "waterfall draws one row; 2 were chosen with `row`",
    );
  });

  it("an order that there is none of", () => {
    for (const draw of [heatmap, force]) {
      expect(() => draw(three, { order: "random" as never })).toThrow(
        'order must be similarity, output, given; got "random"',
      );
    }
  });

  it("a scatter without a feature, or with one that is not there", () => {
    expect(() => scatter(three, undefined as never)).toThrow(/scatter needs `feature`/);
    expect(() => scatter(three, { feature: "incme" })).toThrow(
      /"incme" is no feature.*did you mean "income"/,
    );
    expect(() => scatter(three, { feature: 3 })).toThrow(/there is no feature 3; the features are 0 to 2/);
    expect(() => scatter(three, { feature: 0, color: "nobody" })).toThrow(/"nobody" is no feature/);
  });
});

describe("an explanation that cannot be drawn is refused", () => {
  const of = (rows: number, features: number, value = 0, base = 0) =>
    explanationOf({ rows, names: numbered(features), base, value: () => value, cell: () => 0 });

  it.each<[string, Explanation, RegExp]>([
    ["without rows", of(0, 2), /no rows/],
    ["without features", of(2, 0), /no features/],
    ["with a NaN", of(2, 2, Number.NaN), /row 0: the contribution of "feature_0" is NaN/],
    ["with an infinity", of(2, 2, Number.POSITIVE_INFINITY), /"feature_0" is Infinity/],
    ["with a base value of NaN", of(2, 2, 0, Number.NaN), /base value is NaN/],
    ["with a sum beyond all numbers", of(2, 3, 1e150, 1e150), /add up to more than can be drawn/],
  ])("%s", (_, explanation, message) => {
    for (const draw of Object.values(allPlots)) expect(() => draw(explanation)).toThrow(message);
  });
});

describe("output", () => {
  it("must be chosen where there are several", () => {
    for (const draw of Object.values(allPlots)) {
      expect(() => draw(twoOutputs)).toThrow(/has 2 outputs: choose one with `output` \("no", "yes"\)/);
    }
  });

  it("is a name or an index", () => {
    for (const draw of Object.values(allPlots)) {
      expect(draw(twoOutputs, { output: "yes" })).toBe(draw(twoOutputs, { output: 1 }));
      expect(draw(twoOutputs, { output: "yes" })).not.toBe(draw(twoOutputs, { output: "no" }));
    }
  });

  it("is drawn with its own base value and named", () => {
    const svg = waterfall(twoOutputs, { output: "yes", row: 0 });
    expect(svg).toContain("E[f(X)] = 100");
    expect(svg).toContain("f(x) = 104");
    expect(svg).toContain("output yes");
  });
});

describe("every plot", () => {
  const plots = Object.entries(allPlots);

  it.each(plots)("%s has a role, a name and a description", (_, draw) => {
    expect(draw(three)).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" role="img"[^>]*><title>[^<]+<\/title><desc>[^<]{20,}<\/desc>/,
    );
    expect(draw(three, { title: "My title", subtitle: "below" })).toMatch(
      /<title>My title<\/title>.*>below<\/text>/s,
    );
  });

  it.each(plots)("%s gives the same bytes again", (_, draw) => expect(draw(three)).toBe(draw(three)));

  it.each(plots)("%s takes Infinity for all features", (_, draw) => {
    expect(draw(three, { maxDisplay: Number.POSITIVE_INFINITY })).toBe(draw(three, { maxDisplay: 3 }));
  });

  it.each(plots)("%s leaves the paper out on request", (_, draw) => {
    expect(draw(three)).toContain('fill="#ffffff"/>');
    expect(draw(three, { background: false })).not.toMatch(/<rect width="720" height="\d+" fill="#ffffff"/);
  });

  it.each(plots)("%s has no style element but for auto", (_, draw) => {
    expect(draw(three)).not.toContain("<style>");
    expect(draw(three, { theme: "auto" })).toContain("<style>.shap-auto{");
    expect(draw(three, { theme: "dark" })).toContain("#14181f");
  });
});

describe("feature values", () => {
  const one = explanationOf({
    rows: 1,
    names: ["loan", "rate", "term", "kind", "gap", "constructor"],
    value: (_, f) => 6 - f,
    cell: (_, f) => [132900, 4.25, 20, 1, Number.NaN, 7][f]!,
  });
  const svg = waterfall(one, {
    units: { loan: "$", rate: "%", term: "years" },
    categories: { kind: ["house", "flat"] },
  });

  it.each(["$132,900", "4.25%", "20 years", "flat", "missing", "7"])("reads %s", (text) => {
    expect(svg).toContain(`>${text}</text>`);
  });

  it("shows a code without a name as a number", () => {
    expect(waterfall(one, { categories: { kind: ["house"] } })).toContain(">1</text>");
  });
});

describe("row", () => {
  it("picks rows, in the order they are named", () => {
    expect(beeswarm(three, { row: [0, 1, 2, 3] })).toBe(beeswarm(three));
    expect(beeswarm(three, { row: [1, 2] })).not.toBe(beeswarm(three));
  });

  it("is 0 for a waterfall unless given", () => {
    expect(waterfall(three)).toBe(waterfall(three, { row: 0 }));
    expect(waterfall(three)).toContain("<title>Waterfall plot of row 0</title>");
  });
});
