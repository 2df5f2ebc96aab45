import { readFileSync } from "node:fs";
import { createExplainer, type Explanation, loadModel } from "../../src/index.js";
import { caseOf, fileOf, largestShapError } from "../formats/fixture.js";

const guide = readFileSync(new URL("../../../../examples/from-python.md", import.meta.url), "utf8");

describe("examples/from-python.md", () => {
  it.each([
    ["XGBoost", "xgboost", "binary-logistic", "model.json", 1e-6],
    ["LightGBM", "lightgbm", "categories-text", "model.txt", 1e-12],
    ["CatBoost", "catboost", "ctr-default", "model.json", 1e-12],
  ])("%s: what it shows gives the library's SHAP values", (heading, family, name, file, tolerance) => {
    const section = guide.split(/^## /m).find((part) => part.startsWith(`${heading}\n`))!;
    const code = /```js\n([\s\S]*?)```/.exec(section)![1]!.replace(/^import .*\n/gm, "");
    const fixture = caseOf(family, name);
    const rows = fixture.rows.map((row) =>
      Object.fromEntries(fixture.columns.map((column, j) => [column, row[j]])),
    );
    const read = (path: string) => {
      expect(path).toBe(file);
      return fileOf(fixture, file);
    };
    const run = new Function(
      "readFileSync",
      "createExplainer",
      "loadModel",
      "rows",
      "console",
      `${code}; return explanation;`,
    );
    const silent = { log: () => {} };
    const explanation = run(read, createExplainer, loadModel, rows, silent) as Explanation;
    expect(largestShapError(explanation, fixture.shap!)).toBeLessThan(tolerance);
  });
});
