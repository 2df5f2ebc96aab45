import { readFileSync } from "node:fs";
import { Explanation } from "shap-core";

const folder = new URL("../../../examples/mortgage/", import.meta.url);

/**
 * The example's 1,000 sample rows with XGBoost's own SHAP values. These files never change, so the pictures made of
 * them only change when the plots do.
 */
export function mortgageExplanation(): Explanation {
  const sample = table("sample.csv");
  const shap = table("expected-shap.csv");
  const features = sample.names.length;
  const rows = sample.rows.length;
  return new Explanation({
    values: Float64Array.from(shap.rows.flatMap((row) => row.slice(0, features))),
    baseValues: Float64Array.of(shap.rows[0]![features]!),
    data: { data: Float64Array.from(sample.rows.flat()), rows, columns: features },
    featureNames: sample.names,
    outputNames: ["output"],
  });
}

function table(name: string): { names: string[]; rows: number[][] } {
  const [header = "", ...lines] = readFileSync(new URL(name, folder), "utf8").trimEnd().split("\n");
  const rows = lines.map((line) => line.split(",").map((cell) => (cell === "" ? Number.NaN : Number(cell))));
  return { names: header.split(","), rows };
}
