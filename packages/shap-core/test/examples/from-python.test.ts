import { readFileSync } from "node:fs";
import { createExplainer, loadModel } from "../../src/index.js";
import { caseFile, caseNamed } from "../formats/sklearn-cases.js";

const guide = readFileSync(new URL("../../../../examples/from-python.md", import.meta.url), "utf8");

/** The JavaScript under a heading of the guide, its imports left out. */
function codeUnder(heading: string): string {
  const section = guide.split(/^## /m).find((part) => part.startsWith(heading)) ?? "";
  const code = /```js\n([\s\S]*?)```/.exec(section)?.[1] ?? "";
  return code.replace(/^import .*\n/gm, "");
}

describe("examples/from-python.md", () => {
  it.each([
    ["scikit-learn: trees", "hist-missing", "trees.json"],
    ["scikit-learn: linear", "logistic-binary", "linear.json"],
    ["ONNX", "forest-binary", "model.onnx"],
    ["Treelite", "boosting-regression", "treelite.json"],
    ["PMML", "boosting-binary", "model.pmml"],
  ])("%s: what it shows runs as it stands", (heading, name, file) => {
    const fixture = caseNamed(name);
    const rows = fixture.rows.map((row) =>
      Object.fromEntries(fixture.featureNames.map((feature, j) => [feature, row[j]])),
    );
    const known = new Set(
      file.endsWith("onnx") || file === "treelite.json"
        ? fixture.featureNames
        : loadModel(caseFile(name, file)).featureNames,
    );
    const given = rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([key]) => known.has(key))),
    );
    const printed: unknown[] = [];
    const names = [
      "readFileSync",
      "createExplainer",
      "loadModel",
      "rows",
      "background",
      "featureNames",
      "console",
    ];
    const run = new Function(...names, codeUnder(heading));
    run(
      () => caseFile(name, file),
      createExplainer,
      loadModel,
      given,
      given.slice(0, 5),
      fixture.featureNames,
      {
        log: (...values: unknown[]) => printed.push(...values),
      },
    );
    const [baseValues, values] = printed as [Float64Array, Float64Array];
    expect(baseValues.length).toBeGreaterThan(0);
    expect(values).toHaveLength(given.length * known.size * baseValues.length);
  });

  it("shows a linear model that can be written by hand", () => {
    const json = /```json\n([\s\S]*?)```/.exec(guide)![1]!;
    expect(loadModel(json).predict([{ age: 2, income: 4 }]).values).toEqual(Float64Array.of(-1));
  });
});
